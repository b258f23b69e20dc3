import type { Archive } from "../archive/archive.js";
import { workerOf } from "./client.js";

/** Bytes of wasm memory in use for an archive's transfers, and bytes that were read of it for them so far. */
export async function transferUse(
  archive: Archive,
): Promise<{ readonly memory: number; readonly read: number }> {
  return (await workerOf(archive)).request("use", {});
}
