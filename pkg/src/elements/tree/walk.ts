import type { TreeRow } from "../../archive.js";
import type { Pages } from "./pages.js";

/** Looking for a name or a parent stops after this many rows. */
const FURTHEST = 20_000;

/** The next row from `from` on, going round, whose name begins with `text`; −1 when there is none near. */
export async function findName(pages: Pages, from: number, text: string): Promise<number> {
  const steps = Math.min(pages.length, FURTHEST);
  for (let step = 0; step < steps; step += 1) {
    const index = (from + step) % pages.length;
    const row = await pages.row(index);
    if (row?.name.toLowerCase().startsWith(text)) return index;
  }
  return -1;
}

/** The position of a row's parent; −1 for a row at the top. */
export async function findParent(pages: Pages, row: TreeRow, index: number): Promise<number> {
  if (row.depth === 0) return -1;
  for (let above = index - 1; above >= Math.max(0, index - FURTHEST); above -= 1) {
    const candidate = pages.at(above) ?? (await pages.row(above));
    if (candidate && candidate.depth < row.depth) return above;
  }
  return -1;
}
