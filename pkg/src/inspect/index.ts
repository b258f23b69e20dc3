/** What `layerglass/inspect` exports. */
export { LayerglassError } from "../error.js";
export type { WorkOptions } from "../jobs/job.js";
export type { WorkerUse } from "../jobs/protocol.js";
export type { StreamOptions, WorkProgress } from "../jobs/types.js";
export {
  type ExtractedFile,
  type ExtractFileOptions,
  extractFile,
  type FileVersion,
  fileVersions,
} from "./files.js";
export { type IssuesOptions, issues } from "./issues.js";
export { type PackagesAsOptions, packages, packagesAs } from "./packages.js";
export type * from "./types.js";
export { inspectUse } from "./use.js";
