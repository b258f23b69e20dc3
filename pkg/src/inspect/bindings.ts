/** What the wasm module of inspections exports, typed by hand. It runs in a worker. */
import type { TreeHandle } from "../bindings.js";
import type { JobArchiveHandle, JobBindings, JobHandle } from "../jobs/bindings.js";
import type { ComparisonData } from "./types.js";

/** Looks into an opened file inside wasm memory, and keeps what it found. */
export interface InspectorHandle {
  job(kind: string, options: object): JobHandle;
  /** Its report is a `ComparisonReport`. */
  compare(other: InspectorHandle, options: object): JobHandle;
  free(): void;
}

/** What a comparison comes to. */
export interface ComparisonReport {
  readonly data: ComparisonData;
  readonly tree: TreeHandle;
}

/** Exports of the feature `js-inspect`. */
export interface InspectBindings extends JobBindings {
  Inspector: new (archive: JobArchiveHandle) => InspectorHandle;
}
