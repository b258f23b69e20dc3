/** What the wasm module of graphs exports, typed by hand. */
import type { GuardedBackend } from "../store/guard.js";
import type { Limits } from "../types.js";
import type { GuardedSource } from "./source.js";
import type { GraphReport, LayerUrlParts, StoresReport } from "./types.js";

/** A graph or named stores inside wasm memory. What an operation takes and gives is said where it is called. */
export interface OperationsHandle {
  call(operation: string, values: readonly unknown[], source?: GuardedSource): Promise<unknown>;
  close(): void;
  free(): void;
}

/** A layer that is being read. */
export interface LayerHandle {
  next(): Promise<Uint8Array | undefined>;
  free(): void;
}

/** A filter of paths inside wasm memory. */
export interface FilterHandle {
  encode(): string;
  apply(path: string): string | undefined;
  parts(): [string[], string[], string, string];
  free(): void;
}

/** Exports of the feature `js-graph`. */
export interface GraphBindings {
  openGraph(
    backend: GuardedBackend,
    platform: string,
    limits: Limits | undefined,
    now: () => number,
    random: (length: number) => Uint8Array,
    dockerVersion: string,
  ): Promise<[OperationsHandle, GraphReport]>;
  openStores(
    backend: GuardedBackend,
    platform: string,
    limits: Limits | undefined,
    now: () => number,
    random: (length: number) => Uint8Array,
    host: string | undefined,
  ): Promise<[OperationsHandle, StoresReport]>;
  parseLayerUrl(url: string, isStore: boolean): LayerUrlParts;
  formatLayerUrl(host: string | undefined, store: string, id: string | undefined): string;
  FilterHandle: {
    create(include: string[], exclude: string[], rebase?: string, strip?: string): FilterHandle;
    decode(text: string): FilterHandle;
  };
}
