/** The entry `layerglass/folder`, for Node: stores and layers in folders on disk. */
export { nodeFolderBackend } from "./backends/node-folder.js";
export type { LayerBytes, LayerStorage, LayerWriter, StoredLayer } from "./layer-types.js";
export { folderLayers } from "./layers/folder.node.js";
