import type { ArchiveData, HistoryStep, ImageData, ImageLayerData, LayerData } from "../../archive.js";

/** One line of an image's making: a step of its history, the layer that came of it, or both. */
export interface Step {
  readonly history?: HistoryStep;
  /** Position in the image's layers. */
  readonly position?: number;
  readonly layer?: ImageLayerData;
  /** The stored layer; absent when it is not in the file. */
  readonly stored?: LayerData;
}

/** The history with each layer beside the step that made it; layers without a step stand at their own place. */
export function steps(image: ImageData, archive: ArchiveData): Step[] {
  const lines: Step[] = [];
  let next = 0;
  const layersBefore = (end: number): void => {
    for (; next < end; next += 1) lines.push(layerStep(image, archive, next));
  };
  for (const history of image.history) {
    if (history.layer === undefined || history.layer < next || history.layer >= image.layers.length) {
      lines.push({ history });
      continue;
    }
    layersBefore(history.layer);
    lines.push({ history, ...layerStep(image, archive, history.layer) });
    next = history.layer + 1;
  }
  layersBefore(image.layers.length);
  return lines;
}

/** Does each layer have the step that made it? False when a config's history does not fit its layers. */
export function historyFits(image: ImageData): boolean {
  return image.history.length === 0 || image.layers.every((layer) => layer.history !== undefined);
}

function layerStep(image: ImageData, archive: ArchiveData, position: number): Step {
  const layer = image.layers[position];
  if (!layer) return {};
  const stored = layer.blob === undefined ? undefined : archive.layers[layer.blob];
  return { position, layer, ...(stored ? { stored } : {}) };
}

/**
 * How many of an image's layers from the lowest up can be shown as files: the first that is missing ends it. A layer
 * that broke off is shown as far as it goes.
 */
export function readableLayers(image: ImageData, archive: ArchiveData): number {
  const missing = image.layers.findIndex(
    (layer) => layer.blob === undefined || archive.layers[layer.blob]?.scan === undefined,
  );
  return missing < 0 ? image.layers.length : missing;
}
