/** What `layerglass/transfer` exports. */
export { LayerglassError } from "../error.js";
export type { LayerBytes, LayerStorage, LayerWriter, StoredLayer } from "../layer-types.js";
export { memoryLayers } from "../layers/memory.js";
export { opfsLayers } from "../layers/opfs.js";
export { type SaveOptions, type SaveReport, type SaveWay, saveStream } from "./download.js";
