/** What the wasm module of transfers exports, typed by hand. It runs in a worker. */
import type { ArchiveOpenerHandle, ByteRange } from "../bindings.js";
import type { Limits } from "../types.js";

/** What a job wants next: to have bytes read to it, to have told something, or to have its bytes taken. Else it has ended. */
export interface JobStep {
  /** A range to be read to it from its beginning to its end. */
  readonly read?: ByteRange;
  /** What the caller is told; its answer comes with the next call. */
  readonly event?: unknown;
  /** What has come out is to be taken before more does. */
  readonly more?: true;
}

/** A piece of work inside wasm memory, which is fed bytes and gives bytes out. */
export interface JobHandle {
  next(answer: unknown): JobStep;
  /** Takes bytes of the range that is read. Is more of it needed? */
  push(bytes: Uint8Array): boolean;
  /** The range has been read. */
  end(): void;
  /** What has come out since it was last asked. */
  take(): Uint8Array | undefined;
  /** What the work came to, at its end. */
  report(): unknown;
  free(): void;
}

/** An opened file inside wasm memory, with what scans of its layers left. */
export interface TransferHandle {
  job(kind: string, options: object): JobHandle;
  /** Takes what a scan worker found of a layer. */
  addScan(layer: number, scan: Uint8Array): void;
  free(): void;
}

export interface TransferOpenerHandle extends Omit<ArchiveOpenerHandle, "finish"> {
  finish(): TransferHandle;
}

/** A stream that is decompressed. */
export interface DecompressorHandle {
  push(bytes: Uint8Array): Uint8Array;
  finish(): void;
  free(): void;
}

/** Exports of the feature `js-transfer`. */
export interface TransferBindings {
  TransferOpener: {
    new (size: number, limits?: Limits): TransferOpenerHandle;
    forFolder(paths: string[], sizes: Float64Array, limits?: Limits): TransferOpenerHandle;
  };
  Decompressor: new (compression: string, limits?: Limits) => DecompressorHandle;
  saveJob(images: readonly object[], options: object): JobHandle;
}
