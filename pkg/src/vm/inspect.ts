/** Inspecting files of virtual machines. */
import { isTrap, toError } from "../error.js";
import { type FileInput, type FileRuntime, feed, openFile } from "../random-access.js";
import { vmWasm } from "../vm-module.js";
import type { DiskProbeHandle } from "./bindings.js";
import type { DiskData, DiskOptions } from "./types.js";

/** Reads the headers of a file. */
export async function inspectOn(
  runtime: FileRuntime,
  input: FileInput,
  { signal, limits }: DiskOptions,
): Promise<DiskData> {
  let trapped = false;
  let probe: DiskProbeHandle | undefined;
  let source: Awaited<ReturnType<typeof openFile>> | undefined;
  try {
    const wasm = await vmWasm.start();
    source = await openFile(runtime, input, signal);
    probe = new wasm.DiskProbe(source.sizes[0] as number, limits);
    await feed(probe, source, signal, () => {});
    return probe.finish();
  } catch (thrown) {
    trapped = isTrap(thrown);
    throw toError(thrown);
  } finally {
    if (!trapped) probe?.free();
    await source?.close();
  }
}
