import type { ArchiveData, ImageData, Size } from "../../archive.js";
import type { WasteData, WasteItem, WasteKind } from "../../inspect/types.js";
import { addSizes } from "../format/size.js";

/** What each kind of waste is called, what it means, and how its bytes are got back. */
export const WASTE: Readonly<
  Record<WasteKind, { readonly name: string; readonly means: string; readonly reclaim: string }>
> = {
  overwritten: {
    name: "Overwritten",
    means:
      "The path was written again by a later layer, or later in the same one. Containers see the last copy; the image carries them all.",
    reclaim:
      "Write a file once, in its final form: set its owner and mode while copying it, and upgrade packages in the base image. Squashing frees it.",
  },
  removed: {
    name: "Deleted later",
    means:
      "A later layer deleted the file. Containers do not see it, but whoever has the image has it still.",
    reclaim:
      "Delete it in the very step that made it, or build in a stage of its own and copy only results. Squashing frees it.",
  },
  duplicate: {
    name: "Stored twice",
    means: "The same contents are there under another path as well, and containers see both.",
    reclaim: "Replace a copy by a link, or leave one of them out. Squashing does not free it.",
  },
};

/** The kinds, in the order in which they are told. */
export const WASTE_KINDS: readonly WasteKind[] = ["overwritten", "removed", "duplicate"];

/** What making layers one would save. */
export interface SquashSavings {
  /** Bytes of contents that would be free. */
  readonly contents: Size;
  /** There may be more: not all items are known. */
  readonly isLeast: boolean;
  /** Bytes of the stored layers that would be free, by how well each of them is compressed: an estimate. */
  readonly stored: Size;
}

/** What making the layers from one to another one would save; for all layers it is known exactly, of contents. */
export function squashSavings(
  waste: WasteData,
  image: ImageData,
  archive: ArchiveData,
  first: number,
  last: number,
): SquashSavings {
  const isWhole = first === 0 && last === image.layers.length - 1;
  const freed = new Map<number, Size>();
  if (isWhole) {
    for (const { layer, overwritten, removed } of waste.layers)
      freed.set(layer, addSizes([overwritten, removed]));
  } else {
    for (const item of waste.items)
      if (isFreed(item, first, last))
        freed.set(item.layer, addSizes([freed.get(item.layer) ?? 0, item.bytes]));
  }
  let stored = 0;
  for (const { layer, contentSize } of waste.layers) {
    const blob = image.layers[layer]?.blob;
    const size = blob === undefined ? 0 : Number(archive.layers[blob]?.storedSize ?? 0);
    if (Number(contentSize) > 0) stored += (Number(freed.get(layer) ?? 0) / Number(contentSize)) * size;
  }
  return {
    contents: addSizes(freed.values()),
    isLeast: !isWhole && Number(waste.moreItems) > 0,
    stored: Math.round(stored),
  };
}

function isFreed({ kind, layer, by }: WasteItem, first: number, last: number): boolean {
  return kind !== "duplicate" && layer >= first && by <= last;
}
