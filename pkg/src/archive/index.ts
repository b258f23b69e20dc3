/** What `layerglass/archive` exports beside the core and `openArchive`. */

export type { ModuleInputs } from "../engine.js";
export { Archive } from "./archive.js";
export { FileTree } from "./file-tree.js";
export type {
  ArchiveInput,
  ContentsHash,
  CreateWorker,
  Folder,
  FolderFile,
  MemoryUse,
  OpenFile,
  OpenOptions,
  Progress,
  RemoteFile,
  ScanOptions,
  TreeOptions,
  TreeSortKey,
  WorkerLike,
  WorkerRole,
} from "./options.js";
export type { FilterOptions, TreeFilter } from "./tree-filter.js";
