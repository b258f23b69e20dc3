/** What the wasm module of transfers exports, typed by hand. It runs in a worker. */
import type { JobArchiveHandle, JobBindings, JobHandle } from "../jobs/bindings.js";

/** Exports of the feature `js-transfer`. */
export interface TransferBindings extends JobBindings {
  transferJob(archive: JobArchiveHandle, kind: string, options: object): JobHandle;
  saveJob(images: readonly object[], options: object): JobHandle;
}
