/** Plain data of graphs and named stores. */
import type { WasmInput } from "../engine.js";
import type { ErrorData, Limits, PlatformData, Size } from "../types.js";

/** Where the bytes of a layer come from. */
export type LayerInput =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** What graphs and named stores are both opened with. */
interface OpenOptions {
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
  readonly limits?: Limits;
  /** Where the module is; by default the file that comes with the package (`layerglass/graph.wasm`). */
  readonly module?: WasmInput;
}

/** How a graph is opened. */
export interface GraphOptions extends OpenOptions {
  /** What new images say they run on; `linux/amd64` by default. */
  readonly platform?: PlatformData;
  /** What new images say of the Docker that made them; nothing by default. */
  readonly dockerVersion?: string;
}

/** How named stores are opened. */
export interface NamedStoresOptions extends OpenOptions {
  /** The host in URLs; none by default. */
  readonly host?: string;
}

/** One thing that is wrong in a graph or a store. The rest works without it. */
export interface GraphProblem {
  /** With which layer. */
  readonly id: string;
  /** The stable name of the reason, such as `graph-corrupt`. */
  readonly code: string;
  readonly reason: string;
}

/** How a graph was found. */
export interface GraphReport {
  /** Layers that can be used. */
  readonly images: number;
  readonly problems: readonly GraphProblem[];
  /** What interrupted changes left behind and is gone now. */
  readonly swept: readonly string[];
}

/** How named stores were found. */
export interface StoresReport {
  /** Their names, sorted. */
  readonly stores: readonly string[];
  /** What interrupted changes left behind and is gone now. */
  readonly swept: readonly string[];
}

/** A layer of a graph with what its document says. */
export interface GraphImage {
  readonly id: string;
  /** The id of what it stands on. */
  readonly parent?: string;
  /** Its own bytes. */
  readonly size?: Size;
  readonly created?: string;
  readonly comment: string;
  readonly author: string;
  readonly container: string;
  readonly dockerVersion: string;
  readonly architecture: string;
  readonly os: string;
  /** The exact bytes of its document. */
  readonly raw: Uint8Array;
}

/** What a new image is made of beside its layer. */
export interface NewImage {
  readonly comment?: string;
  readonly author?: string;
  /** What containers of it run with, in Docker's names. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The container that it is made from; without one the image stands on nothing. */
  readonly container?: {
    readonly id: string;
    /** The id of the layer that it ran on. */
    readonly image?: string;
    /** What it ran with, in Docker's names. */
    readonly config?: Readonly<Record<string, unknown>>;
  };
}

/** What deleting a layer did. */
export interface GraphDelete {
  readonly id: string;
  /** It is gone, and something of it is left to be cleared up by whoever writes next. */
  readonly cleanupPending: boolean;
}

/** An entry that every container finds, whatever its image holds. */
export interface SkeletonEntry {
  readonly path: string;
  readonly type: "directory" | "file" | "symlink";
  /** Of a symlink. */
  readonly target?: string;
  readonly mode: number;
}

/** Which file of names is used, and in which form it is written. Both forms are read. */
export interface TagStoreOptions {
  /** By default `repositories-records`. */
  readonly key?: string;
  /** `legacy` by default: tags and bare ids, as Docker had it up to 1.9. */
  readonly form?: "legacy" | "current";
}

/** A layer of a named store. */
export interface StoredLayer {
  readonly store: string;
  readonly id: string;
  /** The id of what it stands on; absent for the root. */
  readonly parent?: string;
  /** SHA-256 of the bytes that it was written from; absent for the root. */
  readonly checksum?: string;
  /** Its own bytes. */
  readonly size: Size;
  /** Layers below it without the root, and itself. */
  readonly depth: number;
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

/** What a layer is written with beside its bytes. */
export interface WriteLayer {
  /** The id of what it stands on; the root by default. */
  readonly parent?: string;
  /** SHA-256 of the bytes that are given. Others are refused. */
  readonly checksum?: string;
  readonly metadata?: Readonly<Record<string, Uint8Array>>;
}

/** What came of one of several ids. */
export type LayerOutcome =
  | { readonly id: string; readonly layer: StoredLayer }
  | { readonly id: string; readonly error: ErrorData };

/** What deleting layers did. */
export interface BranchDelete {
  /** The ids of the layers that are gone, each before what it stood on. */
  readonly deleted: readonly string[];
  readonly cleanupPending: boolean;
}

/** What a store takes up. */
export interface StoreUsage {
  /** Layers beside its root. */
  readonly layers: number;
  readonly size: Size;
}

/** What a layer takes up. */
export interface LayerUsage {
  readonly own: Size;
  readonly withParents: Size;
  /** Bytes below it that other layers stand on as well. */
  readonly shared: Size;
}

/** The parts of the URL of a layer or, without an id, of a store. */
export interface LayerUrlParts {
  readonly host?: string;
  readonly store: string;
  readonly id?: string;
}

/** What a filter of paths is made of. */
export interface PathFilterParts {
  /** Prefixes of what is taken. */
  readonly include?: readonly string[];
  /** Prefixes of what is left out. */
  readonly exclude?: readonly string[];
  /** What names are put under. */
  readonly rebase?: string;
  /** What names lose. */
  readonly strip?: string;
}
