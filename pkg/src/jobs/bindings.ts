/** What wasm modules whose jobs run in a worker export, typed by hand. */
import type { ArchiveOpenerHandle, ByteRange } from "../bindings.js";
import type { Limits } from "../types.js";
import type { WorkProgress } from "./types.js";

/** What a job wants next; when it wants nothing it has ended. */
export interface JobStep {
  /** A range to be read to it from its beginning to its end. */
  readonly read?: ByteRange;
  /** What the caller is told; its answer comes with the next call. */
  readonly event?: unknown;
  /** A stored layer of which the caller may have a scan; it comes with the next call. */
  readonly scan?: number;
  /** The same of another file, for work on two. */
  readonly readOther?: ByteRange;
  readonly scanOther?: number;
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
  /** How far it has come, where that can be told. */
  progress(): WorkProgress | undefined;
  /** What the work came to, at its end. */
  report(): unknown;
  free(): void;
}

/** An opened file inside wasm memory. */
export interface JobArchiveHandle {
  free(): void;
}

export interface JobOpenerHandle extends Omit<ArchiveOpenerHandle, "finish"> {
  finish(): JobArchiveHandle;
}

/** A stream that is decompressed. */
export interface DecompressorHandle {
  push(bytes: Uint8Array): Uint8Array;
  finish(): void;
  free(): void;
}

/** What all such modules export. */
export interface JobBindings {
  JobOpener: {
    new (size: number, limits?: Limits): JobOpenerHandle;
    forFolder(paths: string[], sizes: Float64Array, limits?: Limits): JobOpenerHandle;
  };
  Decompressor: new (compression: string, limits?: Limits) => DecompressorHandle;
}
