import type { Archive } from "../archive/archive.js";
import type { WorkerUse } from "../jobs/types.js";
import { inspectWorkers } from "./workers.js";

/**
 * Bytes of wasm memory in use for looking into an archive, and bytes that were read of it for that so far. Nothing is started
 * for the answer.
 *
 * @example
 * const { read } = await inspectUse(archive);
 */
export async function inspectUse(archive: Archive): Promise<WorkerUse> {
  return inspectWorkers.used(archive);
}
