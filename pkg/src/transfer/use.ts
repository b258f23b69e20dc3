import type { Archive } from "../archive/archive.js";
import { inspectWorkers } from "../inspect/workers.js";
import type { WorkerUse } from "../jobs/types.js";
import { transferWorkers } from "./workers.js";

/**
 * Bytes of wasm memory in use for what is taken out of an archive, and bytes that were read of it for that so far. Files are
 * taken out by the worker of `layerglass/inspect`, which counts with all that it does.
 */
export async function transferUse(archive: Archive): Promise<WorkerUse> {
  const moved = await (await transferWorkers.of(archive)).request("use", {});
  const looked = await inspectWorkers.used(archive);
  return { memory: moved.memory + looked.memory, read: moved.read + looked.read };
}
