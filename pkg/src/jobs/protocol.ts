/** What passes between the caller's thread and a worker that runs jobs: plain data only. */
import type { SourceSpec, TreeOperations } from "../archive/protocol.js";
import type { Limits } from "../types.js";
import type { WorkerUse } from "./types.js";

/** Which work is to be done. */
export interface JobSpec {
  readonly kind: string;
  readonly options: object;
  /** Another archive that was opened, for work on two. */
  readonly other?: number;
  /** Where the work is not with the archive that was opened: what it is with, and the source of its bytes. */
  readonly alone?: { readonly parts: readonly object[]; readonly source: SourceSpec };
}

/** What comes out of a job: bytes, something that the caller is told or may know, or its end. */
export type JobPiece =
  | { readonly bytes: Uint8Array }
  | { readonly event: unknown }
  | { readonly scan: number; readonly isOther: boolean }
  | { readonly report: unknown };

/** Operations of a worker that runs jobs. Trees are held only by the one that looks into images. */
export interface JobOperations extends TreeOperations {
  /** Opens a source that can be read by ranges, and gives it a number: that of the first is 0. */
  open: { params: { source: SourceSpec; limits?: Limits }; result: number };
  /** Lets go of one that is not the first. */
  close: { params: { archive: number }; result: undefined };
  begin: { params: { job: JobSpec }; result: number };
  /** The next piece. Nothing is done before it is asked for. `answer` is that to the event before. */
  next: { params: { job: number; answer?: unknown }; result: JobPiece };
  /** Gives a job up, or lets go of one that has ended. */
  end: { params: { job: number }; result: undefined };
  /** Bytes of wasm memory, and bytes read from the archive so far. */
  use: { params: Record<never, never>; result: WorkerUse };
}
