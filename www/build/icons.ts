import type { Plugin } from "vite";
import { type Colour, draw, type Shape } from "./png.ts";

/** The mark of `public/logo.svg`, drawn for what installs the page: some systems take no SVG. */

const PAPER = colour("f6f5f1");

function colour(hex: string, alpha = 1): Colour {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(0), part(2), part(4), alpha];
}

function box(fill: Colour, left: number, top: number, width: number, height: number): Shape {
  return {
    colour: fill,
    covers: (x, y) => x >= left && x <= left + width && y >= top && y <= top + height,
  };
}

/** A stratum within the glass: its half width goes evenly from the top to the bottom. */
function stratum(fill: string, top: number, bottom: number, above: number, below: number): Shape {
  return {
    colour: colour(fill),
    covers: (x, y) =>
      y >= top && y <= bottom && Math.abs(x - 16) <= above + ((below - above) * (y - top)) / (bottom - top),
  };
}

const GREY = colour("64747a", 0.55);
const MARK: readonly Shape[] = [
  box(GREY, 0, 9, 7, 3),
  box(GREY, 0, 15, 5, 3),
  box(GREY, 0, 21, 6, 3),
  box(GREY, 25, 9, 7, 3),
  box(GREY, 27, 15, 5, 3),
  box(GREY, 26, 21, 6, 3),
  stratum("c07a2b", 9.6, 13, 7.6, 9.2),
  stratum("12857a", 14.7, 18.3, 9.8, 9.8),
  stratum("4a6fa5", 20, 23.6, 9.2, 7),
  {
    colour: colour("0b5f57"),
    covers: (x, y) => Math.abs(Math.sqrt((x - 16) ** 2 + (y - 16.5) ** 2) - 11) <= 1,
  },
];

/** The mark smaller, in the middle. */
function scaled(factor: number): Shape[] {
  const back = (at: number, middle: number) => (at - 16) / factor + middle;
  return MARK.map((shape) => ({
    ...shape,
    covers: (x, y) => shape.covers(back(x, 16), back(y, 16.5)),
  }));
}

/** A square with round corners. */
function plate(radius: number): Shape {
  const covers = (x: number, y: number): boolean => {
    const [across, down] = [
      Math.max(Math.abs(x - 16) - (16 - radius), 0),
      Math.max(Math.abs(y - 16) - (16 - radius), 0),
    ];
    return across ** 2 + down ** 2 <= radius ** 2;
  };
  return { colour: PAPER, covers };
}

/** Writes the icons that the manifest names. What is maskable is cut to a circle or the like: the mark stays inside. */
export const icons: Plugin = {
  name: "layerglass-icons",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "link", attrs: { rel: "apple-touch-icon", href: "./apple-touch-icon.png" }, injectTo: "head" },
  ],
  generateBundle() {
    const files = {
      "icon-192.png": draw(192, [plate(6), ...scaled(0.8)]),
      "icon-512.png": draw(512, [plate(6), ...scaled(0.8)]),
      "icon-maskable-512.png": draw(512, [box(PAPER, 0, 0, 32, 32), ...scaled(0.68)]),
      "apple-touch-icon.png": draw(180, [box(PAPER, 0, 0, 32, 32), ...scaled(0.76)]),
    };
    for (const [fileName, source] of Object.entries(files))
      this.emitFile({ type: "asset", fileName, source });
  },
};
