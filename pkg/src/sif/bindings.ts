/** What the wasm module of SIF files exports, typed by hand. */
import type { Limits } from "../types.js";
import type { SifData, SifIntegrity } from "./types.js";

/** A range of the file that is needed next. */
export interface SifRange {
  readonly offset: number;
  readonly length: number;
}

/** What says which ranges it needs, and is given them. */
export interface SifReader<T> {
  next(response?: Uint8Array): SifRange | undefined;
  finish(): T;
  free(): void;
}

export interface SifIntegrityHandle extends SifReader<SifIntegrity> {
  total(): number;
}

export interface SifHandle {
  summary(): SifData;
  integrity(): SifIntegrityHandle;
  free(): void;
}

/** Exports of the feature `js-sif`. */
export interface SifBindings {
  SifOpener: new (size: number, limits: Limits | undefined) => SifReader<SifHandle>;
}
