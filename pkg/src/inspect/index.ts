/** What `layerglass/inspect` exports. */
export { LayerglassError } from "../error.js";
export type { StreamOptions, WorkerUse, WorkOptions, WorkProgress } from "../jobs/types.js";
export { type ComparedSide, type CompareOptions, Comparison, compareImages } from "./compare.js";
export {
  type ExtractedFile,
  type ExtractFileOptions,
  extractFile,
  type FileVersion,
  fileVersions,
} from "./files.js";
export { type IssuesOptions, issues } from "./issues.js";
export { type PackagesAsOptions, packages, packagesAs } from "./packages.js";
export { type UsageOptions, usage, waste } from "./space.js";
export type * from "./types.js";
export { inspectUse } from "./use.js";
export { verification } from "./verification.js";
