/** What passes between the caller's thread and the worker that moves images: plain data only. */
import type { SourceSpec } from "../archive/protocol.js";
import type { Limits } from "../types.js";

/** Which work is to be done. */
export type JobSpec =
  /** With the archive that was opened. */
  | { readonly kind: string; readonly options: object }
  /** With layers that are the files of a source of their own. */
  | {
      readonly kind: "save";
      readonly images: readonly object[];
      readonly options: object;
      readonly source: SourceSpec;
    };

/** What comes out of a job: bytes, something that the caller is told, or its end. */
export type JobPiece =
  | { readonly bytes: Uint8Array }
  | { readonly event: unknown }
  | { readonly report: unknown };

/** Operations of the worker that moves images. */
export interface TransferOperations {
  /** Opens a source that can be read by ranges. */
  open: { params: { source: SourceSpec; limits?: Limits }; result: undefined };
  addScan: { params: { layer: number; bytes: Uint8Array }; result: undefined };
  begin: { params: { job: JobSpec }; result: number };
  /** The next piece. Nothing is done before it is asked for. `answer` is that to the event before. */
  next: { params: { job: number; answer?: unknown }; result: JobPiece };
  /** Gives a job up, or lets go of one that has ended. */
  end: { params: { job: number }; result: undefined };
  /** Bytes of wasm memory, and bytes read from the archive so far. */
  use: { params: Record<never, never>; result: { memory: number; read: number } };
}
