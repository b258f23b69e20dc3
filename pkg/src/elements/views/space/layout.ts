import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import type { UsageNode } from "../../../inspect/types.js";
import type { Direction } from "./treemap-keys.js";

/** A rectangle, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One part of the whole and where it lies. */
export interface Tile extends Box {
  readonly node: UsageNode;
  /** Position among the parts, for its colour. */
  readonly index: number;
  /** Where its own largest parts lie, as a hint of what is in it. */
  readonly inner: readonly Hint[];
}

/** A part of a part. */
export interface Hint extends Box {
  /** Absent for those that are too many to be told. */
  readonly node?: UsageNode;
}

/** Parts that are smaller than this on each side, in pixels, cannot be hit: they are one tile together. */
const LEAST = 26;
/** At most so many parts of a part are hinted at. */
const MOST_INNER = 40;
/** Room for a part's name above its own parts, in pixels. */
const HEAD = 24;

interface Datum {
  readonly bytes: number;
  readonly tile?: { readonly node: UsageNode; readonly index: number };
  readonly part?: UsageNode;
  readonly children?: readonly Datum[];
}

/** Lays the parts of a node out, so that each has an area by its bytes. Nothing where it has no parts with bytes. */
export function layout(node: UsageNode, width: number, height: number): readonly Tile[] {
  if (width < 1 || height < 1) return [];
  const parts = together(node.children ?? [], Number(node.bytes), width * height);
  const data: Datum = {
    bytes: 0,
    children: parts.map((part, index) => ({
      bytes: Number(part.bytes),
      tile: { node: part, index },
      ...inner(part),
    })),
  };
  const root = hierarchy<Datum>(data, ({ children }) => (children ? [...children] : undefined))
    .sum(({ bytes, children }) => (children ? 0 : bytes))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const laid = treemap<Datum>()
    .tile(treemapSquarify)
    .size([width, height])
    .paddingInner(2)
    .paddingOuter((part) => (part.depth === 1 ? 3 : 0))
    .paddingTop((part) => (part.depth === 1 ? Math.min(HEAD, part.y1 - part.y0) : 0))
    .round(true)(root);
  return (laid.children ?? []).flatMap((part) => {
    const { tile } = part.data;
    const box = boxOf(part);
    if (!tile || box.width < 1 || box.height < 1) return [];
    const hints = (part.children ?? [])
      .map((hint) => ({ ...boxOf(hint), ...(hint.data.part && { node: hint.data.part }) }))
      .filter((hint) => hint.width >= 4 && hint.height >= 4);
    return [
      { ...tile, ...box, inner: hints.map((hint) => ({ ...hint, x: hint.x - box.x, y: hint.y - box.y })) },
    ];
  });
}

function boxOf({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): Box {
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

function inner(part: UsageNode): { children?: readonly Datum[] } {
  const parts = (part.children ?? []).filter(({ bytes }) => Number(bytes) > 0);
  if (parts.length < 2) return {};
  const children = parts.slice(0, MOST_INNER).map((each) => ({ bytes: Number(each.bytes), part: each }));
  const rest = parts.slice(MOST_INNER).reduce((sum, { bytes }) => sum + Number(bytes), 0);
  return { children: rest > 0 ? [...children, { bytes: rest }] : children };
}

/** The parts that can be hit, and all others as one without a name. */
function together(parts: readonly UsageNode[], bytes: number, area: number): UsageNode[] {
  const least = (bytes * LEAST * LEAST) / area;
  const seen: UsageNode[] = [];
  let rest: { bytes: number; files: number } | undefined;
  for (const part of parts) {
    if (Number(part.bytes) <= 0) continue;
    if (part.name !== null && Number(part.bytes) >= least) seen.push(part);
    else rest = { bytes: (rest?.bytes ?? 0) + Number(part.bytes), files: (rest?.files ?? 0) + part.files };
  }
  if (rest && rest.bytes >= least) seen.push({ name: null, ...rest });
  return seen;
}

/** The tile that lies next to one in a direction; nothing at the edge. */
export function neighbour(tiles: readonly Tile[], from: Tile, to: Direction): Tile | undefined {
  const isAcross = to === "left" || to === "right";
  const sign = to === "right" || to === "down" ? 1 : -1;
  const centre = ({ x, y, width, height }: Box) => ({ x: x + width / 2, y: y + height / 2 });
  const start = centre(from);
  let best: { tile: Tile; distance: number } | undefined;
  for (const tile of tiles) {
    if (tile === from) continue;
    // Only what begins where this one ends.
    const gap = isAcross
      ? sign > 0
        ? tile.x - (from.x + from.width)
        : from.x - (tile.x + tile.width)
      : sign > 0
        ? tile.y - (from.y + from.height)
        : from.y - (tile.y + tile.height);
    if (gap < 0) continue;
    const { x, y } = centre(tile);
    const beside = isAcross
      ? Math.max(0, Math.abs(y - start.y) - tile.height / 2)
      : Math.max(0, Math.abs(x - start.x) - tile.width / 2);
    const distance = gap + 2 * beside;
    if (!best || distance < best.distance) best = { tile, distance };
  }
  return best?.tile;
}
