/** Opening an archive: by jumping over contents, or in one pass. */

import type { ContentsHash } from "../archive/options.js";
import type { ArchiveBindings, ArchiveHandle } from "../bindings.js";
import type { Limits } from "../types.js";
import type { Task } from "./serve.js";
import type { ByteSource } from "./source.js";

/** Reads headers and metadata only. Nothing is returned for a file that is compressed as a whole. */
export async function openBySeeking(
  wasm: ArchiveBindings,
  source: ByteSource,
  limits: Limits | undefined,
  task: Task,
): Promise<ArchiveHandle | undefined> {
  const total = source.sizes.reduce((sum, size) => sum + size, 0);
  const opener = source.paths
    ? wasm.ArchiveOpener.forFolder([...source.paths], Float64Array.from(source.sizes), limits)
    : new wasm.ArchiveOpener(total, limits);
  try {
    let reached = 0;
    for (let want = opener.next(); want; ) {
      task.check();
      const bytes = await source.read(want.file, want.offset, want.length);
      reached = source.paths ? reached + bytes.length : want.offset + want.length;
      task.progress(reached, total);
      want = opener.next(bytes);
    }
    return opener.compression() === "none" ? opener.finish() : undefined;
  } finally {
    opener.free();
  }
}

/** Reads everything once; the layers come out scanned. */
export async function passOver(
  wasm: ArchiveBindings,
  source: ByteSource,
  limits: Limits | undefined,
  contents: ContentsHash,
  task: Task,
): Promise<ArchiveHandle> {
  const [total = 0] = source.sizes;
  const pass = new wasm.ArchivePass({ contents, ...(limits && { limits }) });
  try {
    let done = 0;
    for await (const chunk of source.chunks(0, 0, total)) {
      task.check();
      pass.push(chunk);
      done += chunk.length;
      task.progress(done, total);
    }
    return pass.finish();
  } finally {
    pass.free();
  }
}
