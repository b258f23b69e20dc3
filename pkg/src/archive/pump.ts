/** Feeding a stream to the session worker, no faster than it works. */
import { asBytes } from "../bytes.js";
import { type LayerglassError, throwIfAborted, toError, unlessAborted } from "../error.js";
import type { ArchiveData, Limits } from "../types.js";
import type { WorkerClient } from "./client.js";
import type { ChunkStream } from "./input.js";
import type { ContentsHash } from "./options.js";
import type { SessionOperations } from "./protocol.js";

/** Bytes on their way to the worker at a time. */
const WINDOW_BYTES = 4 << 20;

/** What is sent in one piece, at most. */
const PIECE_BYTES = 1 << 20;

export interface PumpOptions {
  readonly limits?: Limits;
  readonly contents: ContentsHash;
  readonly signal?: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Reads the stream to its end; the worker then holds the archive with all layers scanned. */
export async function pump(
  worker: WorkerClient<SessionOperations>,
  stream: ChunkStream,
  options: PumpOptions,
): Promise<ArchiveData> {
  const { limits, contents, signal, onBytes } = options;
  const window = new Window();
  try {
    await worker.request("openStream", { limits, contents });
    for (let sent = 0; ; onBytes(sent)) {
      const { done, value } = await unlessAborted(Promise.race([stream.next(), window.failed]), signal);
      if (done) break;
      const chunk = asBytes(value);
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        // A copy: the chunk may be part of a buffer that its owner goes on using.
        const bytes = chunk.slice(at, at + PIECE_BYTES);
        const size = bytes.length;
        const transfer = [bytes.buffer as ArrayBuffer];
        window.sent(size, worker.request("chunk", { bytes }, { transfer }));
        await unlessAborted(window.room(), signal);
      }
      sent += chunk.length;
    }
    await unlessAborted(window.empty(), signal);
    return await worker.request("end", {}, { signal });
  } catch (thrown) {
    // The stream's owner is told, but not waited for.
    (async () => stream.stop(thrown))().catch(() => {});
    throwIfAborted(signal);
    throw toError(thrown);
  }
}

/** Counts what has been sent and not been taken in. */
class Window {
  #bytes = 0;
  #failure: LayerglassError | undefined;
  #changed = () => {};
  #fail: (error: LayerglassError) => void = () => {};

  /** Rejects when a piece was refused. */
  readonly failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  constructor() {
    // It may be rejected while nobody waits for it.
    this.failed.catch(() => {});
  }

  /** Follows one piece. */
  sent(size: number, taken: Promise<unknown>): void {
    this.#bytes += size;
    taken.then(
      () => this.#settle(size, undefined),
      (error: LayerglassError) => this.#settle(size, error),
    );
  }

  /** Waits until more may be sent; throws when a piece was refused. */
  room(): Promise<void> {
    return this.#until(() => this.#bytes <= WINDOW_BYTES);
  }

  /** Waits until everything has been taken in. */
  empty(): Promise<void> {
    return this.#until(() => this.#bytes === 0);
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!this.#failure && !holds()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  #settle(size: number, error: LayerglassError | undefined): void {
    this.#bytes -= size;
    this.#failure ??= error;
    if (error) this.#fail(error);
    this.#changed();
  }
}
