/** The worker that moves images, seen from the caller's thread. */
import type { Archive } from "../archive/archive.js";
import { type ReadHere, WorkerClient } from "../archive/client.js";
import type { CreateWorker, WorkerLike } from "../archive/options.js";
import { workerDied } from "../archive/port.js";
import type { Session } from "../archive/session.js";
import { LayerglassError, toError } from "../error.js";
import { platform } from "./platform.js";
import type { TransferOperations } from "./protocol.js";

export type TransferClient = WorkerClient<TransferOperations>;

/** The workers that have opened archives, by what ends them. */
const opened = new WeakMap<Session, Promise<TransferClient>>();

/** Starts a worker. */
export async function startWorker(readHere?: ReadHere, createWorker?: CreateWorker): Promise<TransferClient> {
  const { module, createWorker: own } = platform();
  const compiled = await module();
  let worker: WorkerLike;
  try {
    worker = (createWorker ?? own)("transfer");
  } catch (thrown) {
    if (thrown instanceof LayerglassError) throw thrown;
    // Some browsers refuse at once what a Content-Security-Policy forbids.
    throw workerDied(thrown instanceof Error ? thrown.message : String(thrown));
  }
  return new WorkerClient<TransferOperations>(worker, "transfer", compiled, readHere);
}

/** The worker that has opened an archive for transfers, alive. It ends with the archive. */
export async function workerOf(archive: Archive, createWorker?: CreateWorker): Promise<TransferClient> {
  const { session } = archive;
  const found = await opened.get(session)?.catch(() => undefined);
  if (found && !found.ended) return found;
  const { source, readHere, limits } = session.reading();
  const opening = (async () => {
    const worker = await startWorker(readHere, createWorker);
    session.endsWith(worker);
    try {
      await worker.request("open", { source, ...(limits && { limits }) });
      // What the archive scans from now on need not be scanned again.
      session.onScan = (layer, bytes) => {
        if (worker.ended) return;
        const transfer = [bytes.buffer as ArrayBuffer];
        // Without it the layer is scanned when it is needed.
        worker.request("addScan", { layer, bytes }, { transfer }).catch(() => {});
      };
    } catch (thrown) {
      // So that the next call tries again.
      worker.end(toError(thrown));
      throw thrown;
    }
    return worker;
  })();
  opened.set(session, opening);
  return opening;
}
