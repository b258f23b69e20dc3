/** What passes between the caller's thread and the workers: plain data only. */
import type { CompiledModule } from "../engine.js";
import type { ArchiveData, ErrorData, LayerData, Limits, TreeRow, TreeTotals } from "../types.js";
import type { ContentsHash, TreeSortKey, WorkerRole } from "./options.js";
import type { Expression, FilterArguments } from "./tree-filter.js";

/** Where bytes lie, in a form that can be sent to a worker. */
export type SourceSpec =
  | { readonly type: "blob"; readonly blob: Blob }
  | { readonly type: "blobs"; readonly paths: readonly string[]; readonly blobs: readonly Blob[] }
  | {
      readonly type: "urls";
      /** Absolute: a worker has a base of its own. */
      readonly urls: readonly string[];
      readonly sizes: readonly number[];
      readonly paths?: readonly string[];
    }
  /** Blobs that workers cannot read: the caller's thread reads for them. */
  | {
      readonly type: "caller";
      readonly paths?: readonly string[];
      readonly sizes: readonly number[];
      /** Which of the caller's readers, where it has several; 0 by default. */
      readonly reader?: number;
    }
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "fd"; readonly fd: number; readonly size: number };

/** Bytes of one layer, ready for a scan worker. */
export interface LayerRange {
  readonly source: SourceSpec;
  /** Number of the file in that source. */
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

/** One layer to be scanned. */
export interface ScanJob {
  readonly layer: number;
  readonly range: LayerRange;
}

/** Calls that a tree answers, with their arguments and results. */
export interface TreeCalls {
  page: { args: [offset: number, limit: number]; result: TreeRow[] };
  setExpanded: { args: [id: number, expanded: boolean]; result: undefined };
  expandAll: { args: [maxRows: number]; result: undefined };
  reveal: { args: [path: string]; result: number };
  revealRow: { args: [id: number]; result: number };
  find: { args: [from: number, start: string]; result: number };
  children: { args: [id: number, offset: number, limit: number]; result: TreeRow[] };
  row: { args: [id: number]; result: TreeRow | undefined };
  sort: { args: [key: TreeSortKey, descending: boolean]; result: undefined };
  filter: { args: [criteria: FilterArguments, nodes?: Uint32Array]; result: undefined };
  setFlat: { args: [flat: boolean]; result: undefined };
  paths: { args: [from: number, limit: number]; result: Uint8Array };
}

/** A tree that a worker holds, as it is at first. */
export interface TreeData {
  readonly tree: number;
  readonly totals: TreeTotals;
  readonly length: number;
  readonly matches: number;
}

/** Operations of every worker that holds trees. */
export interface TreeOperations {
  treeCall: {
    params: { tree: number; call: keyof TreeCalls; args: readonly unknown[] };
    result: { value: unknown; length: number; matches: number };
  };
  closeTree: { params: { tree: number }; result: undefined };
}

/** Operations of a worker that matches paths. */
export interface MatchOperations {
  /** Answers as soon as it can. */
  ready: { params: Record<never, never>; result: undefined };
  /** The paths of the rows from number `from` on, each followed by a NUL: which of them match? */
  match: { params: { expression: Expression; from: number; paths: Uint8Array }; result: Uint32Array };
}

/** Operations of the session worker. */
export interface SessionOperations extends TreeOperations {
  /** Opens a source that can be read by ranges. */
  open: { params: { source: SourceSpec; limits?: Limits; contents: ContentsHash }; result: ArchiveData };
  /** Begins a stream; `chunk` and `end` follow. */
  openStream: { params: { limits?: Limits; contents: ContentsHash }; result: undefined };
  chunk: { params: { bytes: Uint8Array }; result: undefined };
  end: { params: Record<never, never>; result: ArchiveData };
  /** Which layers are still to be scanned. A file compressed as a whole is read anew instead, by `pass`. */
  plan: {
    params: { layers?: readonly number[]; image?: number; contents: ContentsHash };
    result: { jobs: ScanJob[]; pass: boolean };
  };
  pass: { params: { contents: ContentsHash }; result: undefined };
  addScan: { params: { layer: number; bytes: Uint8Array; contents: ContentsHash }; result: LayerData };
  /** What a scan found of a layer, as it was added. */
  scanOf: { params: { layer: number }; result: Uint8Array | undefined };
  failScan: { params: { layer: number; error: ErrorData }; result: LayerData };
  summary: { params: Record<never, never>; result: ArchiveData };
  rawConfig: { params: { image: number }; result: Uint8Array };
  rawManifest: { params: { image: number }; result: Uint8Array };
  tree: {
    params: { image: number; upTo?: number; changesOnly: boolean };
    result: TreeData;
  };
  memory: { params: Record<never, never>; result: number };
}

/** Operations of a scan worker. */
export interface ScanOperations {
  scan: { params: { range: LayerRange; limits?: Limits; contents: ContentsHash }; result: Uint8Array };
  memory: { params: Record<never, never>; result: number };
}

/** A table of operations: what each takes and gives. */
export type Operations<T> = { [Op in keyof T]: { params: object; result: unknown } };

/** The first message to a worker: its role and the compiled module. */
export interface StartMessage {
  readonly start: WorkerRole;
  readonly module: CompiledModule;
}

/** A worker's wish for bytes that the caller's thread reads. */
export interface Pull {
  readonly pull: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
  /** Which of the caller's readers. */
  readonly reader: number;
}

/** The answer to a `Pull`. */
export type Pulled =
  | { readonly pulled: number; readonly bytes: Uint8Array }
  | { readonly pulled: number; readonly error: ErrorData };

/** A request, the wish to end one, or bytes that were asked for. */
export type ToWorker =
  | StartMessage
  | { readonly id: number; readonly op: string; readonly params: object }
  | { readonly cancel: number }
  | Pulled;

/** An answer, progress, or a wish. After `fatal` the worker is of no more use. */
export type FromWorker =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData }
  | { readonly id: number; readonly bytes: number; readonly total?: number }
  | Pull
  | { readonly fatal: ErrorData };
