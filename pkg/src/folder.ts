/** The entry `layerglass/folder`, for Node: a store in a folder on disk. */
export { nodeFolderBackend } from "./backends/node-folder.js";
