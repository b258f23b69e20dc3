/** Inspecting SIF files. */
import { isTrap, toError } from "../error.js";
import { type FileInput, type FileRuntime, feed, openFile } from "../random-access.js";
import { sifWasm } from "../sif-module.js";
import type { InspectedSif, SifOptions } from "./types.js";

/** Reads what a file says, and on request the whole of it. */
export async function inspectOn(
  runtime: FileRuntime,
  input: FileInput,
  options: SifOptions,
): Promise<InspectedSif> {
  const { signal, onProgress, limits } = options;
  const handles: { free(): void }[] = [];
  const held = <H extends { free(): void }>(handle: H): H => {
    handles.push(handle);
    return handle;
  };
  let trapped = false;
  let source: Awaited<ReturnType<typeof openFile>> | undefined;
  try {
    const wasm = await sifWasm.start();
    source = await openFile(runtime, input, signal);
    const opener = held(new wasm.SifOpener(source.sizes[0] as number, limits));
    await feed(opener, source, signal, (bytes) => onProgress?.({ phase: "open", bytes }));
    const sif = held(opener.finish());
    const data = sif.summary();
    if (options.integrity !== true) return data;
    const integrity = held(sif.integrity());
    const total = integrity.total();
    await feed(integrity, source, signal, (bytes) => onProgress?.({ phase: "verify", bytes, total }));
    return { ...data, integrity: integrity.finish() };
  } catch (thrown) {
    trapped = isTrap(thrown);
    throw toError(thrown);
  } finally {
    if (!trapped) for (const handle of handles) handle.free();
    await source?.close();
  }
}
