import type { Size } from "../types.js";

/** Bytes that are made while they are read, and what is known when all have been. */
export interface TransferStream<Report> {
  /** The bytes. Nothing is done before they are read, and only as fast as they are. Cancelling it ends the work. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Settled when the stream is at its end, has failed or was cancelled. */
  readonly report: Promise<Report>;
}

/** How a stream is followed. */
export interface StreamOptions {
  /** Ends the work: the stream fails with the kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Called with the bytes that have come out so far, at most about ten times a second. */
  readonly onProgress?: (bytes: number) => void;
}

/** How far work has come that reads layers. */
export interface WorkProgress {
  /** Stored bytes of layers that lie behind. */
  readonly bytes: Size;
  /** Stored bytes of all layers that hold something of use. */
  readonly total: Size;
}

/** How work is followed that comes to one result. */
export interface WorkOptions {
  /** Ends the work: the promise rejects with the kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Called now and then, at most about ten times a second, while layers are read. */
  readonly onProgress?: (progress: WorkProgress) => void;
}

/** What a worker has used. */
export interface WorkerUse {
  /** Bytes of wasm memory. */
  readonly memory: number;
  /** Bytes read of the archive so far. */
  readonly read: number;
}
