/** What `layerglass/transfer` exports. */
export { LayerglassError } from "../error.js";
export {
  type ExtractedFile,
  type ExtractFileOptions,
  extractFile,
  type FileVersion,
  fileVersions,
} from "../inspect/files.js";
export type { LayerBytes, LayerStorage, LayerWriter, StoredLayer } from "../layer-types.js";
export { memoryLayers } from "../layers/memory.js";
export { opfsLayers } from "../layers/opfs.js";
export { type ConvertOptions, convert } from "./convert.js";
export { type SaveOptions, type SaveReport, type SaveWay, saveStream } from "./download.js";
export {
  type ExtractLayerOptions,
  type ExtractTarOptions,
  extractLayer,
  extractTar,
} from "./extract.js";
export {
  type LoadedImage,
  type LoadedLayer,
  type LoadNote,
  type LoadOptions,
  type LoadProgress,
  type LoadReport,
  load,
} from "./load.js";
export { type RepackedLayer, type RepackOptions, type RepackReport, repack } from "./repack.js";
export { type SaveImagesOptions, save } from "./save.js";
export { collectLayers } from "./storage.js";
export type * from "./types.js";
export { transferUse } from "./use.js";
