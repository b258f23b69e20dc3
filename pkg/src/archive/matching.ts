/** Regular expressions over the paths of a tree, in a worker that can be ended when one never comes to an end. */
import { abortedError, LayerglassError, throwIfAborted } from "../error.js";
import type { WorkerPool } from "./pool.js";
import type { MatchOperations } from "./protocol.js";
import type { Expression } from "./tree-filter.js";

/** Paths that are matched at a time. */
const BATCH = 16_384;

/** Gives the paths of the rows from a number on, each followed by a NUL; none past the last. */
export type PathsOf = (from: number, limit: number) => Promise<Uint8Array>;

/** Matches paths of any tree, wherever that is. */
export class Matching {
  readonly #pool: WorkerPool<MatchOperations>;
  readonly #milliseconds: number;

  constructor(pool: WorkerPool<MatchOperations>, milliseconds: number) {
    this.#pool = pool;
    this.#milliseconds = milliseconds;
  }

  /** The numbers of the rows whose paths match. */
  async run(expression: Expression, paths: PathsOf, signal: AbortSignal): Promise<Uint32Array> {
    const worker = await this.#pool.take();
    const abort = () => worker.end(abortedError(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
    try {
      throwIfAborted(signal);
      // The time of an expression is that of its matching: neither the worker's start nor the making of paths counts.
      await worker.request("ready", {});
      let left = this.#milliseconds;
      const found: Uint32Array[] = [];
      for (let from = 0, next = paths(from, BATCH); ; from += BATCH) {
        const bytes = await next;
        if (bytes.length === 0) return joined(found);
        // The next paths are made while these are matched.
        next = paths(from + BATCH, BATCH);
        next.catch(() => {});
        const started = performance.now();
        // A worker that is matching hears nothing: it can only be ended.
        const timer = setTimeout(() => worker.end(this.#passed()), left);
        try {
          const params = { expression, from, paths: bytes };
          found.push(await worker.request("match", params, { transfer: [bytes.buffer as ArrayBuffer] }));
        } finally {
          clearTimeout(timer);
        }
        left = Math.max(1, left - (performance.now() - started));
      }
    } finally {
      signal.removeEventListener("abort", abort);
      void this.#pool.give(worker);
    }
  }

  #passed(): LayerglassError {
    const limit = String(this.#milliseconds);
    const message = `limit \`filterMilliseconds\` of ${limit} exceeded`;
    return new LayerglassError({ kind: "limit", code: "limit", message, expected: limit });
  }

  close(error: LayerglassError): void {
    this.#pool.close(error);
  }
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
