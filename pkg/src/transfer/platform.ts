/** What differs between browsers and Node when images are moved. Each entry names its own. */
import type { WorkerLike } from "../archive/options.js";
import type { CompiledModule } from "../engine.js";

export interface TransferPlatform {
  /** The compiled module of transfers. */
  module(): Promise<CompiledModule>;
  /** A worker that runs `layerglass/transfer-worker`. */
  createWorker(): WorkerLike;
  /** Can workers read Blobs that they are sent? */
  readonly workersReadBlobs: boolean;
}

let current: TransferPlatform | undefined;

/** Names the platform. The entry that is loaded first decides. */
export function usePlatform(platform: TransferPlatform): void {
  current ??= platform;
}

export function platform(): TransferPlatform {
  if (!current) throw new Error("the entry `layerglass/transfer` has not been loaded");
  return current;
}
