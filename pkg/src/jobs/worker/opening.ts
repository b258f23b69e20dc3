/** Opening an archive for jobs. */
import type { Limits } from "../../types.js";
import type { Task } from "../../worker/serve.js";
import type { ByteSource } from "../../worker/source.js";
import type { JobArchiveHandle, JobBindings } from "../bindings.js";
import type { OpenSpool } from "./spool.js";

/** An opened archive and what it is read from. */
export interface OpenedArchive {
  readonly archive: JobArchiveHandle;
  readonly source: ByteSource;
}

/**
 * Reads headers and metadata only. A file that is compressed as a whole is unpacked aside first: its layers are read in another
 * order than they stand in.
 */
export async function openArchive(
  wasm: JobBindings,
  source: ByteSource,
  limits: Limits | undefined,
  task: Task,
  openSpool: OpenSpool,
): Promise<OpenedArchive> {
  const opened = await openPlain(wasm, source, limits, task);
  if (typeof opened !== "string") return { archive: opened, source };
  const spool = await openSpool();
  try {
    const decompressor = new wasm.Decompressor(opened, limits);
    try {
      for await (const chunk of source.chunks(0, 0, source.sizes[0] ?? 0)) {
        task.check();
        await spool.write(decompressor.push(chunk));
      }
      decompressor.finish();
    } finally {
      decompressor.free();
    }
    const plain = spool.source();
    const archive = await openPlain(wasm, plain, limits, task);
    // What is compressed twice was refused by whoever opened it first.
    if (typeof archive === "string") throw new Error(`the file is compressed with ${archive} in ${opened}`);
    await source.close();
    return { archive, source: { ...plain, close: () => spool.close() } };
  } catch (thrown) {
    await spool.close();
    throw thrown;
  }
}

/** The archive, or what it is compressed with as a whole. */
async function openPlain(
  wasm: JobBindings,
  source: ByteSource,
  limits: Limits | undefined,
  task: Task,
): Promise<JobArchiveHandle | string> {
  const total = source.sizes.reduce((sum, size) => sum + size, 0);
  const opener = source.paths
    ? wasm.JobOpener.forFolder([...source.paths], Float64Array.from(source.sizes), limits)
    : new wasm.JobOpener(total, limits);
  try {
    for (let want = opener.next(); want; ) {
      task.check();
      want = opener.next(await source.read(want.file, want.offset, want.length));
    }
    const compression = opener.compression();
    return compression === "none" ? opener.finish() : compression;
  } finally {
    opener.free();
  }
}
