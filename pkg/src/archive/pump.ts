/** Feeding a stream to the session worker, no faster than it works. */
import { asBytes } from "../bytes.js";
import { abortedError, LayerglassError, throwIfAborted, toError } from "../error.js";
import type { ArchiveData } from "../types.js";
import type { WorkerClient } from "./client.js";
import type { ChunkStream } from "./input.js";
import type { ContentsHash } from "./options.js";
import type { SessionOperations, Settings } from "./protocol.js";

/** Bytes on their way to the worker at a time. */
const WINDOW_BYTES = 4 << 20;

/** What is sent in one piece, at most. */
const PIECE_BYTES = 1 << 20;

export interface PumpOptions {
  readonly settings: Settings;
  readonly contents: ContentsHash;
  readonly signal?: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Reads the stream to its end; the worker then holds the archive with all layers scanned. */
export async function pump(worker: WorkerClient<SessionOperations>, stream: ChunkStream, options: PumpOptions): Promise<ArchiveData> {
  const { settings, contents, signal, onBytes } = options;
  const aborted = untilAborted(signal);
  let inFlight = 0;
  let failure: LayerglassError | undefined;
  let wake = () => {};
  try {
    await worker.request("openStream", { settings, contents });
    for (let sent = 0; ; onBytes(sent)) {
      const { done, value } = await Promise.race([stream.next(), aborted.promise]);
      if (done) break;
      const chunk = asBytes(value);
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        // A copy: the chunk may be part of a buffer that its owner goes on using.
        const bytes = chunk.slice(at, at + PIECE_BYTES);
        inFlight += bytes.length;
        const { length } = bytes;
        worker.request("chunk", { bytes }, { transfer: [bytes.buffer as ArrayBuffer] }).then(
          () => ((inFlight -= length), wake()),
          (error: LayerglassError) => ((failure ??= error), wake()),
        );
        while (inFlight > WINDOW_BYTES && !failure) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), aborted.promise]);
        if (failure) throw failure;
      }
      sent += chunk.length;
    }
    const data = await worker.request("end", {}, { signal });
    if (failure) throw failure;
    return data;
  } catch (thrown) {
    // The stream's owner is told, but not waited for.
    Promise.resolve(stream.stop(thrown)).catch(() => {});
    throwIfAborted(signal);
    throw toError(thrown);
  } finally {
    aborted.forget();
  }
}

function untilAborted(signal: AbortSignal | undefined): { promise: Promise<never>; forget(): void } {
  let listener = () => {};
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(abortedError(signal?.reason));
    if (signal?.aborted) listener();
    signal?.addEventListener("abort", listener, { once: true });
  });
  // It may be rejected while nobody waits for it.
  promise.catch(() => {});
  return { promise, forget: () => signal?.removeEventListener("abort", listener) };
}
