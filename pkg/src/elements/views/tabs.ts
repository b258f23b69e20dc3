import type { Archive, ArchiveData, ImageData } from "../../archive.js";
import type { ScanState } from "../model/scan-state.js";

/** What every view of an image is given. Set anew whenever it changes. */
export interface TabProperties {
  archive: Archive;
  data: ArchiveData;
  image: ImageData;
  scan: ScanState;
}

/** Which tabs there are. */
export type TabId =
  | "overview"
  | "layers"
  | "files"
  | "space"
  | "packages"
  | "findings"
  | "compare"
  | "checks";

/** One view of an image, and how one gets there. */
export interface Tab {
  readonly id: TabId;
  readonly name: string;
  /** The letter that leads to it after `g`. */
  readonly key: string;
  /** Only where the layers have no column of their own. */
  readonly narrow?: boolean;
  /** Takes the height of the window and scrolls by itself, as a list of any length does. */
  readonly fills?: boolean;
  /** Only for what has files: not for statements about other images, nor for what is not in the file. */
  readonly files?: boolean;
  /**
   * An element that is loaded when it is first shown. It is given `TabProperties`, stays as it is while another tab is shown,
   * and tells by events (`events.ts`): `LayerEvent`, `RevealEvent`, `ImageEvent`, `SaveEvent`, `ScanEvent`, `BadgeEvent`, `TabEvent`.
   * Tabs without one come with the inspector.
   */
  readonly element?: { readonly tag: `layerglass-${string}`; readonly load: () => Promise<unknown> };
}

/** The views of an image, in the order of their tabs. */
export const TABS: readonly Tab[] = [
  { id: "overview", name: "Overview", key: "o" },
  { id: "layers", name: "Layers", key: "l", narrow: true },
  { id: "files", name: "Files", key: "f", fills: true },
  {
    id: "space",
    name: "Space",
    key: "s",
    files: true,
    element: { tag: "layerglass-space", load: () => import("./space/space.js") },
  },
  {
    id: "packages",
    name: "Packages",
    key: "p",
    files: true,
    element: { tag: "layerglass-packages", load: () => import("./packages/packages.js") },
  },
  {
    id: "findings",
    name: "Findings",
    key: "i",
    files: true,
    element: { tag: "layerglass-findings", load: () => import("./findings.js") },
  },
  {
    id: "compare",
    name: "Compare",
    key: "d",
    files: true,
    element: { tag: "layerglass-compare", load: () => import("./compare/compare.js") },
  },
  { id: "checks", name: "Checks", key: "c" },
];

/** The tabs that an image has. */
export function tabsOf(image: ImageData, wide: boolean): readonly Tab[] {
  const hasFiles = image.presence !== "absent" && (image.role === "image" || image.role === "rootfs");
  return TABS.filter((tab) => (!tab.narrow || !wide) && (!tab.files || hasFiles));
}
