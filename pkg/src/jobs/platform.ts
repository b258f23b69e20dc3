/** What differs between browsers and Node for workers that run jobs. Each entry names its own. */
import type { WorkerLike } from "../archive/options.js";
import type { CompiledModule } from "../engine.js";

export interface JobPlatform {
  /** The compiled module of the jobs. */
  module(): Promise<CompiledModule>;
  /** A worker that runs the entry for them. */
  createWorker(): WorkerLike;
  /** Can workers read Blobs that they are sent? */
  readonly workersReadBlobs: boolean;
}
