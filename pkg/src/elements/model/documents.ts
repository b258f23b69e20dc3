import type { ImageData, LayerData } from "../../archive.js";

/**
 * Is this layer something other than files? The layers of attestations and artifacts are documents, and that such a
 * one is no tar is as it should be. One that is a tar all the same, whatever its media type says, is none.
 */
export function isDocument(layer: LayerData | undefined): boolean {
  if (layer?.mediaType === undefined || /\btar\b/.test(layer.mediaType)) return false;
  return (layer.scan?.entries ?? 0) === 0;
}

/** Is each layer of the image a document? */
export function holdsDocuments(image: ImageData, layers: readonly LayerData[]): boolean {
  return (
    image.layers.length > 0 &&
    image.layers.every(({ blob }) => blob !== undefined && isDocument(layers[blob]))
  );
}
