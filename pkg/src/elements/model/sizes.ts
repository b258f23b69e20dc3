import type { ArchiveData, ImageData, Size } from "../../archive.js";
import { addSizes } from "../format/size.js";

/** What an image takes, and how much of it other images of the file use as well. */
export interface ImageSizes {
  /** Bytes of its layers as they are stored, each once. */
  readonly stored: Size;
  /** Bytes of its layers' tars; absent until all are scanned. */
  readonly unpacked?: Size;
  /** Of the stored bytes, those of layers that other images of the file use too. */
  readonly shared: Size;
  /** Of the stored bytes, those of layers that no other image uses. */
  readonly own: Size;
  readonly sharedLayers: number;
  /** How many other images use them. */
  readonly sharedWith: number;
}

/** Sizes of an image, with what it shares told by the stored layers themselves. */
export function imageSizes(image: ImageData, archive: ArchiveData): ImageSizes {
  const blobs = blobsOf(image);
  const shared = new Set<number>();
  let sharedWith = 0;
  for (const other of archive.images) {
    if (other.index === image.index) continue;
    const common = [...blobsOf(other)].filter((blob) => blobs.has(blob));
    if (common.length > 0) sharedWith += 1;
    for (const blob of common) shared.add(blob);
  }
  const sum = (wanted: Iterable<number>): Size =>
    addSizes([...wanted].map((blob) => archive.layers[blob]?.storedSize ?? 0));
  return {
    stored: image.storedSize,
    ...(image.unpackedSize !== undefined && { unpacked: image.unpackedSize }),
    shared: sum(shared),
    own: sum([...blobs].filter((blob) => !shared.has(blob))),
    sharedLayers: shared.size,
    sharedWith,
  };
}

function blobsOf(image: ImageData): Set<number> {
  return new Set(image.layers.flatMap(({ blob }) => (blob === undefined ? [] : [blob])));
}
