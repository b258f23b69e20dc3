import type { ImageData } from "../../archive.js";

/** The images that are one image for several platforms: those that the same index names. Empty when there is but one. */
export function platformsOf(image: ImageData, images: readonly ImageData[]): ImageData[] {
  // The innermost index: an outer one may hold images that have nothing to do with each other.
  const index = image.indexes.at(-1);
  const together = images.filter((other) => {
    if (other.role !== "image" || !other.platform) return false;
    if (other.index === image.index) return true;
    return index === undefined ? false : other.indexes.at(-1) === index;
  });
  return together.length > 1 && together.some(({ index: each }) => each === image.index) ? together : [];
}
