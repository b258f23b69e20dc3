/**
 * What the generated wasm modules export, typed by hand: the generated declarations say `any` where plain data crosses.
 * `engine.ts` and `worker/run.ts` are the only users.
 */

import type { ContentsHash, TreeSortKey } from "./archive/options.js";
import type { CompiledModule } from "./engine.js";
import type { RecordsHandle, StoreHandle } from "./store/bindings.js";
import type { GuardedBackend, GuardedLayers } from "./store/guard.js";
import type { ConformanceCheck, OpenReport, Problem, RepairPlan } from "./store-types.js";
import type {
  ArchiveData,
  ErrorData,
  HistoryStep,
  ImageConfigData,
  JsonValue,
  Limits,
  ManifestData,
  PlatformData,
  RunConfigDetails,
  Source,
  TreeRow,
  TreeTotals,
} from "./types.js";

/** A running hash: inside wasm memory, or the runtime's own. */
export interface HasherHandle {
  algorithm(): string;
  update(bytes: Uint8Array): void;
  save(): Uint8Array | undefined;
  current(): string;
  finish(): string;
  free(): void;
}

/** A set of digests inside wasm memory. */
export interface ShortIdsHandle {
  add(digest: string, algorithms: number): boolean;
  remove(digest: string, algorithms: number): boolean;
  has(digest: string, algorithms: number): boolean;
  size(): number;
  list(): string[];
  lookup(query: string): string;
  shortCodes(atLeast: number): string[];
  free(): void;
}

/** A reference's text, where its domain, name and tag end, and where its familiar form starts. */
export interface ReferenceParts {
  readonly text: string;
  readonly domain: number;
  readonly name: number;
  readonly tag: number;
  readonly familiar: number;
}

/** Several names of one image, with the JSON that holds all of them. */
export interface ImageNamesParts {
  readonly json: string;
  readonly uri: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly first?: string;
  readonly text: string;
}

/** Exports of the feature `js`. */
export interface CoreBindings {
  locateReference(text: string, mode: number): number;
  parseReference(text: string, mode: number): ReferenceParts;
  parseReferenceWithIds(text: string, ids: ShortIdsHandle): ReferenceParts;
  checkReferencePart(part: string, isTag: boolean, named: boolean): void;
  patternMatches(pattern: string, texts: string[]): boolean;
  sortReferences(texts: string[]): string[];
  parseSource(text: string): Source;
  formatSource(source: string): string;
  imageNames(text: string, isJson: boolean): ImageNamesParts;
  changeImageNames(json: string, change: string, names: string[]): ImageNamesParts;
  isDigest(text: string, algorithms: number): boolean;
  checkDigest(text: string, algorithms: number): void;
  digestBytes(algorithm: string, bytes: Uint8Array): string;
  Hasher: {
    new (algorithm: string): HasherHandle;
    resume(state: Uint8Array): HasherHandle;
  };
  ShortIds: new () => ShortIdsHandle;
  chainIds(diffIds: string[]): string[];
  parseImageConfig(bytes: Uint8Array): ImageConfigData;
  runConfigDetails(bytes: Uint8Array): RunConfigDetails;
  checkImageConfig(bytes: Uint8Array): ErrorData[];
  canonicalJson(bytes: Uint8Array, rules: string): Uint8Array;
  cacheEquals(one: Uint8Array, other: Uint8Array): boolean;
  childConfig(parent: Uint8Array, child: string, host: string, rules: string): Uint8Array;
  v1CreateId(document: Uint8Array, layer: string, parent?: string): string;
  v1ToConfig(document: Uint8Array, diffIds: string[], history: string): Uint8Array;
  v1FromConfig(config: Uint8Array, id: string, parent: string | undefined, throwaway: boolean): Uint8Array;
  v1History(document: Uint8Array, emptyLayer: boolean): HistoryStep;
  v1IsValidId(id: string): boolean;
  v1VersionLessThan(version: string, than: string): boolean;
  parsePlatform(specifier: string, host: string): PlatformData;
  normalizePlatform(platform: string): PlatformData;
  platformOrHost(platform: string, host: string): PlatformData;
  formatPlatform(platform: string, full: boolean): string;
  platformMatches(wanted: string, rule: string, offered: string): boolean;
  sortPlatforms(wanted: string, rule: string, offered: string): Uint32Array;
  jsonValue(bytes: Uint8Array): JsonValue;
  parseManifest(bytes: Uint8Array, mediaType?: string): ManifestData;
}

/** Exports of the feature `js-store`. */
export interface StoreBindings {
  openStore(
    backend: GuardedBackend,
    layers: GuardedLayers[],
    platform: string,
    limits: Limits | undefined,
    now: () => number,
  ): Promise<[StoreHandle, OpenReport]>;
  planRepair(problems: readonly Problem[]): RepairPlan;
}

/** Exports of the feature `js-records`. */
export interface RecordsBindings {
  readRecords(bytes: Uint8Array, limits: Limits | undefined): [RecordsHandle, ErrorData[]];
}

/** Exports of the feature `js-testing`, beside those of the store. */
export interface TestingBindings {
  runConformance(backend: GuardedBackend): Promise<ConformanceCheck[]>;
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
  scanOf(index: number): Uint8Array | undefined;
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
  revealRow(id: number): number;
  find(from: number, start: string): number;
  children(id: number, offset: number, limit: number): TreeRow[];
  row(id: number): TreeRow | undefined;
  sort(key: TreeSortKey, descending: boolean): void;
  filter(texts: string[], numbers: Float64Array, nodes?: Uint32Array): void;
  matches(): number;
  setFlat(flat: boolean): void;
  paths(from: number, limit: number): Uint8Array;
  free(): void;
}

export interface ScanSettings {
  readonly contents?: ContentsHash;
  readonly limits?: Limits;
}

/** Exports of the feature `js-archive`, which runs in workers. */
export interface ArchiveBindings {
  ArchiveOpener: {
    new (size: number, limits?: Limits): ArchiveOpenerHandle;
    forFolder(paths: string[], sizes: Float64Array, limits?: Limits): ArchiveOpenerHandle;
  };
  ArchivePass: new (options: ScanSettings) => ArchivePassHandle;
  LayerScanner: new (options: ScanSettings) => LayerScannerHandle;
}

/** A module that `wasm-bindgen --target web` made. */
export interface Module<B> {
  readonly bindings: B;
  /** Starts it without waiting: in workers and in Node. */
  initSync(input: { module: Uint8Array | CompiledModule }): {
    readonly memory: { readonly buffer: ArrayBufferLike };
  };
}

/** One that runs in the caller's thread as well. */
export interface Starter<B> extends Module<B> {
  /** Starts it as browsers' main threads want it. */
  start(module: CompiledModule): Promise<unknown>;
}
