/**
 * What the generated wasm modules export, typed by hand: the generated declarations say `any` where plain data crosses.
 * `engine.ts` and `worker/run.ts` are the only users.
 */

import type { ContentsHash, TreeSortKey } from "./archive/options.js";
import type { CompiledModule } from "./engine.js";
import type {
  ArchiveData,
  ErrorData,
  ImageConfigData,
  Limits,
  ManifestData,
  ReferenceData,
  TreeRow,
  TreeTotals,
} from "./types.js";

/** A running hash inside wasm memory. */
export interface HasherHandle {
  update(bytes: Uint8Array): void;
  finish(): string;
  free(): void;
}

/** Exports of the feature `js`. */
export interface CoreBindings {
  parseReference(text: string, normalize: boolean): ReferenceData;
  parseDigest(text: string): { readonly algorithm: string; readonly hex: string };
  digestBytes(algorithm: string, bytes: Uint8Array): string;
  Hasher: new (algorithm: string) => HasherHandle;
  chainIds(diffIds: string[]): string[];
  parseImageConfig(bytes: Uint8Array): ImageConfigData;
  parseManifest(bytes: Uint8Array, mediaType?: string): ManifestData;
}

/** A byte range that the opener wants next. `file` counts the paths of a folder. */
export interface ByteRange {
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

export interface ArchiveOpenerHandle {
  next(response?: Uint8Array): ByteRange | undefined;
  compression(): string;
  finish(): ArchiveHandle;
  free(): void;
}

export interface ArchivePassHandle {
  push(chunk: Uint8Array): void;
  finish(): ArchiveHandle;
  free(): void;
}

export interface ArchiveHandle {
  summary(): ArchiveData;
  layerSource(index: number): ByteRange;
  addScan(index: number, bytes: Uint8Array): void;
  failScan(index: number, error: ErrorData): void;
  rawConfig(image: number): Uint8Array;
  rawManifest(image: number): Uint8Array;
  tree(image: number, upTo: number, changesOnly: boolean): TreeHandle;
  free(): void;
}

export interface LayerScannerHandle {
  push(chunk: Uint8Array): void;
  finish(): Uint8Array;
  free(): void;
}

export interface TreeHandle {
  totals(): TreeTotals;
  length(): number;
  page(offset: number, limit: number): TreeRow[];
  setExpanded(id: number, expanded: boolean): void;
  expandAll(maxRows: number): void;
  reveal(path: string): number;
  children(id: number, offset: number, limit: number): TreeRow[];
  row(id: number): TreeRow | undefined;
  sort(key: TreeSortKey, descending: boolean): void;
  filter(text: string): void;
  free(): void;
}

export interface ScanSettings {
  readonly contents?: ContentsHash;
  readonly limits?: Limits;
}

/** Exports of the features `js,archive`. */
export interface ArchiveBindings extends CoreBindings {
  ArchiveOpener: {
    new (size: number, limits?: Limits): ArchiveOpenerHandle;
    forFolder(paths: string[], sizes: Float64Array, limits?: Limits): ArchiveOpenerHandle;
  };
  ArchivePass: new (options: ScanSettings) => ArchivePassHandle;
  LayerScanner: new (options: ScanSettings) => LayerScannerHandle;
}

/** Ways in which `wasm-bindgen --target web` starts a module. */
export interface Starter<B> {
  readonly bindings: B;
  /** Starts it without waiting: in workers and in Node. */
  initSync(input: { module: Uint8Array | CompiledModule }): {
    readonly memory: { readonly buffer: ArrayBufferLike };
  };
  /** Starts it as browsers' main threads want it. */
  start(module: CompiledModule): Promise<unknown>;
}
