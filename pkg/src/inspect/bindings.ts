/** What the wasm module of inspections exports, typed by hand. It runs in a worker. */
import type { JobArchiveHandle, JobBindings, JobHandle } from "../jobs/bindings.js";

/** Looks into an opened file inside wasm memory, and keeps what it found. */
export interface InspectorHandle {
  job(kind: string, options: object): JobHandle;
  free(): void;
}

/** Exports of the feature `js-inspect`. */
export interface InspectBindings extends JobBindings {
  Inspector: new (archive: JobArchiveHandle) => InspectorHandle;
}
