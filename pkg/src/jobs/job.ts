/** A piece of work in the worker, whose bytes come out as they are asked for. */

import type { RequestOptions } from "../archive/client.js";
import { notify, throttled } from "../archive/throttle.js";
import { LayerglassError, throwIfAborted, toError } from "../error.js";
import type { JobClient } from "./client.js";
import type { JobPiece, JobSpec } from "./protocol.js";
import type { StreamOptions, TransferStream, WorkOptions } from "./types.js";

/** Bytes that are made ahead of whoever reads a stream. */
const AHEAD_BYTES = 1 << 20;

/** A worker for a job, and what is done with it afterwards. */
export interface Place {
  readonly worker: JobClient;
  /** What a scan of a stored layer found, where there was one. */
  scanOf?(layer: number): Promise<Uint8Array | undefined>;
  /** The same of another archive, for work on two. */
  scanOfOther?(layer: number): Promise<Uint8Array | undefined>;
  /** Called once, when the job has ended however it did. */
  leave?(): void;
}

/** What of a job is its caller's. */
export type CallersPiece = Exclude<JobPiece, { readonly scan: number }>;

/** A job that is under way. */
export class RunningJob {
  readonly #place: Place;
  readonly #job: number;
  readonly #signal: AbortSignal | undefined;
  #hasEnded = false;

  private constructor(place: Place, job: number, signal: AbortSignal | undefined) {
    this.#place = place;
    this.#job = job;
    this.#signal = signal;
  }

  static async begin(place: Place, job: JobSpec, signal?: AbortSignal): Promise<RunningJob> {
    try {
      throwIfAborted(signal);
      return new RunningJob(place, await place.worker.request("begin", { job }), signal);
    } catch (thrown) {
      place.leave?.();
      throw toError(thrown);
    }
  }

  /** The next piece; the job is let go of when this is its end or fails. */
  async next(answer?: unknown, onProgress?: RequestOptions["onProgress"]): Promise<CallersPiece> {
    try {
      let piece = await this.#ask(answer, { onProgress });
      while ("scan" in piece) {
        // Without it the layer is scanned over there.
        const asked = piece.isOther
          ? this.#place.scanOfOther?.(piece.scan)
          : this.#place.scanOf?.(piece.scan);
        const scan = await asked?.catch(() => undefined);
        piece = await this.#ask(scan, { onProgress, transfer: scan && [scan.buffer as ArrayBuffer] });
      }
      if ("report" in piece) this.end();
      return piece;
    } catch (thrown) {
      this.end();
      throw toError(thrown);
    }
  }

  #ask(answer: unknown, options: RequestOptions): Promise<JobPiece> {
    const params = { job: this.#job, ...(answer !== undefined && { answer }) };
    return this.#place.worker.request("next", params, { ...options, signal: this.#signal });
  }

  /** Lets go of it. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { worker } = this.#place;
    worker
      .request("end", { job: this.#job })
      .catch(() => {})
      .finally(() => this.#place.leave?.());
  }
}

/** The result of a job that gives no bytes. */
export async function resultOf<Report>(
  place: Promise<Place>,
  job: JobSpec,
  { signal, onProgress }: WorkOptions,
): Promise<Report> {
  throwIfAborted(signal);
  const running = await RunningJob.begin(await place, job, signal);
  const tell = (bytes: number, total = bytes) => notify(onProgress, { bytes, total });
  for (;;) {
    const piece = await running.next(undefined, tell);
    if ("report" in piece) return piece.report as Report;
  }
}

/** The bytes of a job that `begin` begins when they are first asked for. */
export function streamOf<Report>(
  begin: () => Promise<RunningJob>,
  { signal, onProgress }: StreamOptions,
): TransferStream<Report> {
  let settle: { resolve(report: Report): void; reject(error: LayerglassError): void } | undefined;
  const report = new Promise<Report>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever reads the stream is told as well.
  report.catch(() => {});
  const tell = throttled(onProgress);
  let running: Promise<RunningJob> | undefined;
  let bytes = 0;
  let isCancelled = false;
  const fail = (error: LayerglassError) => {
    signal?.removeEventListener("abort", onAbort);
    settle?.reject(error);
  };
  let onAbort = () => {};
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Also while nobody reads.
        onAbort = () => {
          running?.then((job) => job.end()).catch(() => {});
          const error = new LayerglassError(
            { kind: "aborted", code: "aborted", message: "the caller ended the work" },
            { cause: signal?.reason },
          );
          fail(error);
          controller.error(error);
        };
        if (signal?.aborted) onAbort();
        else signal?.addEventListener("abort", onAbort, { once: true });
      },
      async pull(controller) {
        try {
          running ??= begin();
          const piece = await (await running).next();
          if (signal?.aborted || isCancelled) return;
          if ("bytes" in piece) {
            bytes += piece.bytes.length;
            tell(bytes);
            controller.enqueue(piece.bytes);
          } else if ("report" in piece) {
            signal?.removeEventListener("abort", onAbort);
            tell(bytes, true);
            settle?.resolve(piece.report as Report);
            controller.close();
          }
        } catch (thrown) {
          const error = toError(thrown);
          fail(error);
          throw error;
        }
      },
      cancel(reason) {
        isCancelled = true;
        running?.then((job) => job.end()).catch(() => {});
        const message = "the stream was cancelled";
        fail(new LayerglassError({ kind: "aborted", code: "aborted", message }, { cause: reason }));
      },
    },
    { highWaterMark: AHEAD_BYTES, size: (piece) => piece?.length ?? 0 },
  );
  return { stream, report };
}
