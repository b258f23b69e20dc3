/** What browsers and Node do differently. */
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
  module(): Promise<WebAssembly.Module>;
  readonly createWorker: CreateWorker;
  /** Processors that work can be spread over. */
  processors(): number;
  /** A source for inputs that only some runtimes can read. */
  open(input: string | URL | OpenFile): Promise<Named<SourceSpec>>;
}
