/** One file that is read by ranges, in the thread that asks. */
import { describeInput } from "./archive/input.js";
import type { OpenFile, RemoteFile } from "./archive/options.js";
import type { Platform } from "./archive/platform.js";
import { notify } from "./archive/throttle.js";
import { LayerglassError, throwIfAborted, unlessAborted } from "./error.js";
import type { ByteSource, OpenSource } from "./worker/source.js";

/** A file that can be read anywhere, as often as needed. Paths, `file:` URLs and open files work in Node only. */
export type FileInput = Blob | Uint8Array | RemoteFile | OpenFile | string | URL;

/** How files are opened in a runtime. */
export interface FileRuntime {
  readonly open: Platform["open"];
  readonly openSource: OpenSource;
}

/** Opens a file; who opened it closes it. */
export async function openFile(
  runtime: FileRuntime,
  input: FileInput,
  signal: AbortSignal | undefined,
): Promise<ByteSource> {
  throwIfAborted(signal);
  const described = await describeInput(input, runtime, 0, signal);
  if (described.stream !== undefined)
    throw notAFile("a stream cannot be read by ranges: give a Blob or a file");
  const source = await runtime.openSource(described.source, undefined, async () => {
    throw notAFile("the file cannot be read by ranges");
  });
  if (source.paths === undefined && source.sizes.length === 1) return source;
  await source.close();
  throw notAFile("a folder is no file");
}

function notAFile(message: string): LayerglassError {
  return new LayerglassError({ kind: "invalid", code: "input", message });
}

/** What says which ranges of a file it needs. */
export interface RangeReader {
  next(response?: Uint8Array): { readonly offset: number; readonly length: number } | undefined;
}

/** Gives a reader the ranges that it needs, until it needs no more. `progress` hears of the bytes so far. */
export async function feed(
  reader: RangeReader,
  source: ByteSource,
  signal: AbortSignal | undefined,
  progress: (bytes: number) => void,
): Promise<void> {
  let bytes = 0;
  for (let want = reader.next(); want; ) {
    throwIfAborted(signal);
    const response = await unlessAborted(source.read(0, want.offset, want.length), signal);
    bytes += response.length;
    want = reader.next(response);
    notify(progress, bytes);
  }
}
