import type { ErrorData } from "../../archive.js";

/** How far a piece of work is. */
export interface Progress {
  readonly bytes: number;
  readonly total: number;
}

/** The scan of the layers. */
export interface ScanState {
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly progress: Progress;
  /** What contents are compared by. */
  readonly contents: "xxh3" | "sha256";
  readonly error?: ErrorData;
}

/** No scan goes on: for views of archives that were scanned before. */
export const SCANNED: ScanState = { state: "done", progress: { bytes: 0, total: 0 }, contents: "xxh3" };
