/** Spreading layers over the scan workers. */
import { LayerglassError } from "../error.js";
import type { LayerData } from "../types.js";
import type { WorkerClient } from "./client.js";
import type { ContentsHash, Progress } from "./options.js";
import type { ScanJob, ScanOperations, SessionOperations } from "./protocol.js";
import type { Session } from "./session.js";
import { throttled } from "./throttle.js";

export interface ScanRun {
  readonly jobs: readonly ScanJob[];
  readonly contents: ContentsHash;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onLayer: (layer: LayerData) => void;
}

/**
 * Scans the jobs' layers. A layer that cannot be read is marked as failed and the others go on. When a worker dies, its
 * layer stays as it was, a fresh worker goes on with the others, and the error is thrown at the end.
 */
export async function scanLayers(
  session: Session,
  store: WorkerClient<SessionOperations>,
  run: ScanRun,
): Promise<void> {
  const { contents, signal, onLayer } = run;
  const { limits } = session.options;
  const waiting = [...run.jobs];
  const report = progressOf(run);
  let death: LayerglassError | undefined;

  const scanOne = async ({ layer, range }: ScanJob, worker: WorkerClient<ScanOperations>) => {
    let bytes: Uint8Array;
    try {
      const onProgress = (done: number) => report(layer, done, range.length);
      bytes = await worker.request("scan", { range, limits, contents }, { signal, onProgress });
    } catch (error) {
      if (!(error instanceof LayerglassError) || error.kind === "aborted") throw error;
      if (worker.ended) death ??= error;
      else onLayer(await store.request("failScan", { layer, error: error.toJSON() }));
      return;
    }
    const transfer = [bytes.buffer as ArrayBuffer];
    onLayer(await store.request("addScan", { layer, bytes, contents }, { transfer }));
    report(layer, range.length, range.length);
  };

  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const worker = await session.pool.take();
      try {
        await scanOne(job, worker);
      } finally {
        void session.pool.give(worker);
      }
    }
  };

  const lanes = Array.from({ length: Math.min(session.options.workers, waiting.length) }, lane);
  const ends = await Promise.allSettled(
    lanes.map((end) =>
      end.catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  if (death) throw death;
  report(undefined, 0, 0);
}

/** Adds up the layers' progress; without a layer it is the end. */
function progressOf({
  jobs,
  onProgress,
}: ScanRun): (layer: number | undefined, done: number, length: number) => void {
  const total = jobs.reduce((sum, { range }) => sum + range.length, 0);
  const each = new Map<number, number>();
  const tell = throttled(onProgress);
  let bytes = 0;
  return (layer, done, length) => {
    if (layer === undefined) return tell({ phase: "scan", bytes: total, total }, true);
    bytes += done - (each.get(layer) ?? 0);
    each.set(layer, done);
    tell({ phase: "scan", bytes, total, layer, layerBytes: done, layerTotal: length });
  };
}
