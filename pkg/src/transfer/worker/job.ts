/** A job in the worker: the module says what it wants to read, and its bytes leave piece by piece as they are asked for. */

import { LayerglassError } from "../../error.js";
import type { Task } from "../../worker/serve.js";
import type { ByteSource } from "../../worker/source.js";
import type { JobHandle } from "../bindings.js";
import type { JobPiece } from "../protocol.js";

/** What is gathered before it is handed over, at least, unless the caller has to be told something first. */
const PIECE_BYTES = 1 << 18;

/** A job that is under way. */
export interface Job {
  next(answer: unknown, task: Task): Promise<JobPiece>;
  end(): Promise<void>;
}

/** Begins a job over a source. `close` lets go of what belongs to it alone. */
export function startJob(handle: JobHandle, source: ByteSource, close: () => Promise<void>): Job {
  let task: Task | undefined;
  let isBusy = false;
  const steps = run(handle, source, () => task?.check());
  /** What came out of the handle and has not been handed over: the sum is bounded by what one chunk gives. */
  let parts: Uint8Array[] = [];
  let gathered = 0;
  let waiting: JobPiece | undefined;

  const together = (): JobPiece => {
    const bytes = parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(gathered);
    let at = 0;
    if (parts.length > 1)
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
    parts = [];
    gathered = 0;
    return { bytes };
  };

  return {
    async next(answer, current) {
      if (isBusy) {
        const message = "the piece before is still being made";
        throw new LayerglassError({ kind: "conflict", code: "busy", message });
      }
      isBusy = true;
      task = current;
      try {
        if (waiting) {
          const piece = waiting;
          waiting = undefined;
          return piece;
        }
        while (gathered < PIECE_BYTES) {
          const { value: piece } = await steps.next(answer);
          if (!piece || !("bytes" in piece)) {
            const last = piece ?? { report: undefined };
            if (gathered === 0) return last;
            waiting = last;
            break;
          }
          parts.push(piece.bytes);
          gathered += piece.bytes.length;
        }
        return together();
      } finally {
        isBusy = false;
      }
    },
    async end() {
      // What is being read is let go of first: the handle is in use until then.
      await steps.return(undefined).catch(() => {});
      handle.free();
      await close();
    },
  };
}

async function* run(
  handle: JobHandle,
  source: ByteSource,
  check: () => void,
): AsyncGenerator<JobPiece, undefined, unknown> {
  let answer: unknown;
  for (;;) {
    check();
    const { read, event } = handle.next(answer);
    answer = undefined;
    const before = handle.take();
    if (before) yield { bytes: before };
    if (event !== undefined) answer = yield { event };
    else if (read) {
      for await (const chunk of source.chunks(read.file, read.offset, read.length)) {
        check();
        handle.push(chunk);
        const bytes = handle.take();
        if (bytes) yield { bytes };
      }
      handle.end();
    } else {
      yield { report: handle.report() };
      return;
    }
  }
}
