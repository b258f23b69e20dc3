/** What the wasm module of virtual machines exports, typed by hand. */
import type { RangeReader } from "../random-access.js";
import type { Limits } from "../types.js";
import type { DiskData } from "./types.js";

/** What says which ranges it needs, and is given them. */
export interface DiskProbeHandle extends RangeReader {
  finish(): DiskData;
  free(): void;
}

/** Exports of the feature `js-vm`. */
export interface VmBindings {
  DiskProbe: new (size: number, limits: Limits | undefined) => DiskProbeHandle;
}
