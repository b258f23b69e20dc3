/** The entry `layerglass/backends`: storages that a store can be opened on. Nothing here needs the wasm module to load. */
export { callsBackend, type SevenCalls } from "./backends/calls.js";
export { type IndexedDbBackend, indexedDbBackend } from "./backends/indexed-db.js";
export { mapBackend } from "./backends/map.js";
export { type OpfsFile, type OpfsFolder, type OpfsWritable, opfsBackend } from "./backends/opfs.js";
export { type Unstorage, unstorageBackend } from "./backends/unstorage.js";
export { type WebStorage, webStorageBackend } from "./backends/web-storage.js";
