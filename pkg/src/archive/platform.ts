/** What browsers and Node do differently. */
import type { CompiledModule } from "../engine.js";
import type { CreateWorker, OpenFile } from "./options.js";
import type { SourceSpec } from "./protocol.js";

/** A source with the name it goes by. */
export interface Named<T> {
  readonly source: T;
  readonly name: string;
}

/** The runtime that an entry is made for. */
export interface Platform {
  /** The compiled archive module, which workers are given. */
  module(): Promise<CompiledModule>;
  readonly createWorker: CreateWorker;
  /** Processors that work can be spread over. */
  processors(): number;
  /** May workers be given Blobs to read? Those of Node 20 end the process when a Blob stands for a file of the disk. */
  readonly workersReadBlobs: boolean;
  /** A source for inputs that only some runtimes can read. */
  open(input: string | URL | OpenFile): Promise<Named<SourceSpec>>;
}
