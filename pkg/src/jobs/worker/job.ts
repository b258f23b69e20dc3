/** A job in the worker: the module says what it wants to read, and its bytes leave piece by piece as they are asked for. */

import { LayerglassError } from "../../error.js";
import type { Task } from "../../worker/serve.js";
import type { ByteSource } from "../../worker/source.js";
import type { JobHandle } from "../bindings.js";
import type { JobPiece } from "../protocol.js";

/** What is gathered before it is handed over, at least, unless the caller has to be told something first. */
const PIECE_BYTES = 1 << 18;

/** Bytes that a job is given at a time: they may unpack to a thousand times as many, which leave before the next are given. */
const FED_BYTES = 1 << 16;

/** A job that is under way. */
export interface Job {
  next(answer: unknown, task: Task): Promise<JobPiece>;
  end(): Promise<void>;
}

/** What a job reads. */
export interface JobSources {
  readonly source: ByteSource;
  /** For work on two files. */
  readonly other?: ByteSource;
}

/** Begins a job over sources. `close` lets go of what belongs to it alone. */
export function startJob(handle: JobHandle, sources: JobSources, close: () => Promise<void>): Job {
  let task: Task | undefined;
  let isBusy = false;
  const steps = run(handle, sources, {
    check: () => task?.check(),
    progress: (...far) => task?.progress(...far),
  });
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
  { source, other = source }: JobSources,
  task: Task,
): AsyncGenerator<JobPiece, undefined, unknown> {
  let answer: unknown;
  for (;;) {
    task.check();
    const { read, readOther, event, scan, scanOther, more } = handle.next(answer);
    answer = undefined;
    const before = handle.take();
    if (before) yield { bytes: before };
    if (event !== undefined) answer = yield { event };
    else if (scan !== undefined) answer = yield { scan, isOther: false };
    else if (scanOther !== undefined) answer = yield { scan: scanOther, isOther: true };
    else if (read) {
      yield* feed(handle, source.chunks(read.file, read.offset, read.length), task);
      handle.end();
    } else if (readOther) {
      yield* feed(handle, other.chunks(readOther.file, readOther.offset, readOther.length), task);
      handle.end();
    } else if (!more) {
      yield { report: handle.report() };
      return;
    }
  }
}

/** Feeds chunks to the job until it wants no more of them. */
async function* feed(
  handle: JobHandle,
  chunks: AsyncIterable<Uint8Array>,
  task: Task,
): AsyncGenerator<JobPiece, undefined, unknown> {
  for await (const chunk of chunks) {
    task.check();
    for (let at = 0; at < chunk.length; at += FED_BYTES) {
      const isMoreWanted = handle.push(chunk.subarray(at, at + FED_BYTES));
      const bytes = handle.take();
      if (bytes) yield { bytes };
      if (!isMoreWanted) return;
    }
    const far = handle.progress();
    if (far) task.progress(Number(far.bytes), Number(far.total));
  }
}
