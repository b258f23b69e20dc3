import type { WasmInput } from "./engine.js";
import type { JsonValue, Limits, PlatformData, Size } from "./types.js";

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * How far several writers, in several processes or tabs, can share a backend: not at all; names and leases only, each
 * record by `swap`; everything, each change under `lock`.
 */
export type Sharing = "single" | "records" | "full";

/** What stands under one key: its bytes, or why they cannot be read. */
export type ScannedRecord = readonly [key: string, bytes: Uint8Array | Error];

/**
 * Storage of small records under keys: four calls that every backend has, and others that it may have. Each may return
 * its answer or a promise of it. Keys are relative paths of letters, digits, `.`, `_`, `-`, `:` and `/`; no others are
 * ever asked for. `testBackend` of `layerglass/testing` checks a backend.
 *
 * @example
 * const records = new Map<string, Uint8Array>();
 * const backend: Backend = {
 *   list: (prefix) => [...records.keys()].filter((key) => key.startsWith(prefix)),
 *   get: (key) => records.get(key),
 *   put: (key, bytes) => { records.set(key, bytes); },
 *   delete: (key) => { records.delete(key); },
 * };
 */
export interface Backend {
  /** The keys that start with a prefix, which may end anywhere, in any order. */
  list(prefix: string): Awaitable<Iterable<string>>;
  /** The bytes of a record; `undefined` or `null` when there is none. */
  get(key: string): Awaitable<Uint8Array | ArrayBuffer | undefined | null>;
  /**
   * Writes a record. When it is done the record is durable; whatever happens, it is the old one or the new one and never a
   * part. The bytes belong to the backend.
   */
  put(key: string, bytes: Uint8Array): Awaitable<unknown>;
  /** Deletes a record; it is no error when there is none. */
  delete(key: string): Awaitable<unknown>;
  /** Changes a record only if it is what is expected; `undefined` stands for no record. True when it was changed. */
  swap?(
    key: string,
    expected: Uint8Array | undefined,
    replacement: Uint8Array | undefined,
  ): Awaitable<boolean>;
  /** Every record whose key starts with a prefix, in batches of any size; what `list` and `get` give by default. */
  scan?(prefix: string): AsyncIterable<Iterable<ScannedRecord>> | Iterable<Iterable<ScannedRecord>>;
  /**
   * Waits until nobody else writes and gives a function that ends this. The lock must end with its holder, however that
   * ends.
   */
  lock?(): Awaitable<() => unknown>;
  /** Removes what writes left behind that were interrupted, and says what that was. Called under the lock. */
  sweep?(): Awaitable<Iterable<string>>;
  /** By default `full` with `lock`, `records` with `swap` alone, else `single`. */
  readonly sharing?: Sharing;
}

/** A layer that was freed because nothing refers to it any more. */
export interface FreedLayer {
  readonly chainId: string;
  readonly diffId: string;
  /** Its bytes with those of all layers below it. */
  readonly size: Size;
  /** Its own bytes. */
  readonly ownSize: Size;
}

/**
 * The layers of images: what a store asks of whoever keeps them. References are counted by it: each `get` is one more,
 * each `release` one less.
 */
export interface LayerStore {
  /** A reference to the layer with a chain id, which `release` is given back; `undefined` or `null` when there is none. */
  get(chainId: string): Awaitable<unknown>;
  /** Gives a reference back, and says what that freed, top layer first. */
  release(layer: unknown): Awaitable<Iterable<FreedLayer> | undefined>;
  /** Gives a reference back and frees nothing: what a store does with all it has when it is closed. */
  drop?(layer: unknown): void;
}

/** How a store is opened. */
export interface StoreOptions {
  /** Who keeps the layers, for every operating system that `layersByOs` does not name. By default each is taken to be there. */
  readonly layers?: LayerStore;
  /** Who keeps the layers of an operating system, by its name in Go, such as `linux`. Letter case does not matter. */
  readonly layersByOs?: Readonly<Record<string, LayerStore>>;
  /** What an image's platform is where it names none; `linux/amd64` by default. */
  readonly platform?: PlatformData;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
  readonly limits?: Limits;
  /** Where the store's module is; by default the file that comes with the package (`layerglass/store.wasm`). */
  readonly module?: WasmInput;
}

/** What kind of thing is wrong in a store. */
export type ProblemKind =
  | "content-corrupt"
  | "content-invalid"
  | "content-unreadable"
  | "os-unsupported"
  | "layer-missing"
  | "layer-failed"
  | "parent-invalid"
  | "parent-missing"
  | "parent-cycle"
  | "metadata-orphan"
  | "metadata-unreadable"
  | "names-unreadable"
  | "name-invalid"
  | "name-dangling"
  | "users-invalid"
  | "users-orphan"
  | "journal-invalid"
  | "journal-pending"
  | "foreign"
  | "more";

/** One thing that is wrong in a store. The store works without it. */
export interface Problem {
  readonly kind: ProblemKind;
  /** Under which key. */
  readonly key: string;
  /** With which image, where it is about one. */
  readonly id?: string;
  readonly reason: string;
}

/** How a store was found. */
export interface OpenReport {
  /** Images that can be used. */
  readonly images: number;
  readonly problems: readonly Problem[];
  /** An operation was committed that had not been finished; it is now. */
  readonly recovered: boolean;
  /** What interrupted writes left behind and is gone now. */
  readonly swept: readonly string[];
}

/** What an image is added with. */
export interface CreateOptions {
  /** The id of the image it was made from. */
  readonly parent?: string;
  /** Mark it as built here. */
  readonly builtLocally?: boolean;
}

/** One of the images that are added together. */
export interface ImageToAdd extends CreateOptions {
  /** The exact bytes of its config, whose SHA-256 is its id. */
  readonly config: Uint8Array;
}

/** A name for one of the images that are added together, or for one that is there. */
export interface NameToAdd {
  /** A tag (`latest` where there is none) or a digest. */
  readonly name: string;
  readonly id: string;
  /**
   * What becomes of it when another image has it: it moves (`move`, the default), stays where it is (`keep`), or that is a
   * `conflict` (`refuse`). A name by digest never moves.
   */
  readonly policy?: "move" | "keep" | "refuse";
}

/** What adding several images did. */
export interface AddReport {
  /** The images in the order in which they were given, and whether each was not there before. */
  readonly images: readonly { readonly id: string; readonly isNew: boolean }[];
  /** What became of each name, in their order. A name that moved tells from where. */
  readonly names: readonly NameChange[];
  /** Names that stayed with the image that has them. */
  readonly kept: readonly { readonly reference: string; readonly id: string }[];
}

/** What is deleted with an image, and when it is refused. */
export interface DeletePolicy {
  /** What becomes of its children: by default it is refused (`refuse`); they stay without a parent; they go as well. */
  readonly children?: "refuse" | "orphan" | "cascade";
  /** It is no error when the image is not there. */
  readonly missingOk?: boolean;
}

/** What a deletion did. */
export interface DeleteReport {
  /** The images that are gone, each before what it was made from. */
  readonly deleted: readonly string[];
  /** The names that they had. */
  readonly untagged: readonly string[];
  /** Images that lost their parent. */
  readonly orphaned: readonly string[];
  readonly freed: readonly FreedLayer[];
  /** Everything is committed, and something is left to be cleaned up by whoever works with the store next. */
  readonly cleanupPending: boolean;
}

/** What a change of names did. */
export type NameChange =
  | { readonly type: "tagged"; readonly reference: string; readonly id: string; readonly movedFrom?: string }
  | { readonly type: "untagged"; readonly reference: string; readonly id: string }
  | { readonly type: "discarded"; readonly repository: string; readonly entry?: string }
  | { readonly type: "unchanged" };

/** Where a text is looked for, and in which order: Docker's order is `names-first`, singularity's `ids-first`. */
export interface ResolveOptions {
  readonly order?: "names-first" | "ids-first" | "names" | "ids";
  /** Whether `name:digits`, where there is no such tag, is an image of that repository, as Docker had it up to 1.9. */
  readonly repositoryIds?: boolean;
}

/** How an image is borrowed. */
export interface LeaseOptions {
  /** Keep it in the storage; true by default. */
  readonly persist?: boolean;
  /** When it ends by itself; never by default. */
  readonly expires?: Date;
}

/** What can be changed about an image. */
export interface ImageState {
  /** Its names: tags and digests, in full. */
  names: Set<string>;
  /** The id of the image that it was made from. */
  parent: string | undefined;
  /** When it was last changed, RFC 3339. */
  lastUpdated: string | undefined;
  /** Whether it was built here. */
  builtLocally: boolean;
  /** What callers keep beside it, by name. */
  metadata: Map<string, Uint8Array>;
}

/** How a store is verified. */
export interface VerifyOptions {
  /** Called after each config with its key and what is wrong with it, if anything. */
  readonly onProgress?: (key: string, problem: Problem | undefined) => void;
  readonly signal?: AbortSignal;
}

/** What a verification looked at and found. */
export interface VerifyReport {
  /** Configs that were read and hashed. */
  readonly checked: number;
  /** Their bytes. */
  readonly bytes: Size;
  readonly problems: readonly Problem[];
}

/** One thing that a repair does. */
export type RepairAction =
  /** Move a record, or all below a key that ends in a slash, to `layerglass/damaged/`. */
  | { readonly type: "setAside"; readonly key: string }
  | { readonly type: "delete"; readonly key: string }
  | { readonly type: "clearParent"; readonly id: string }
  | { readonly type: "untag"; readonly id: string };

/** What would be done about problems. Nothing is changed until it is applied. */
export interface RepairPlan {
  readonly actions: readonly RepairAction[];
  /** What nothing here can put right, such as layers that are not there. */
  readonly unrepaired: readonly Problem[];
}

/** What a repair did. */
export interface RepairReport {
  readonly done: readonly RepairAction[];
  /** What is still wrong. */
  readonly problems: readonly Problem[];
  readonly cleanupPending: boolean;
}

/** What `gc` removes beside debris. */
export interface GcOptions {
  /** Only say what would be removed. */
  readonly dryRun?: boolean;
  /** Images without name and user from which no image with a name or user was made, as well. */
  readonly unnamedImages?: boolean;
  /** Records that repairs set aside, as well. */
  readonly damaged?: boolean;
}

/** What `gc` removed, or would remove. */
export interface GcReport {
  readonly images: DeleteReport;
  /** Other records, by key. */
  readonly debris: readonly string[];
  /** Bytes of all that. */
  readonly bytes: Size;
  readonly dryRun: boolean;
}

/** One change of a store. */
export type StoreChange =
  | { readonly type: "created"; readonly id: string }
  | { readonly type: "deleted"; readonly id: string }
  | { readonly type: "tagged"; readonly reference: string; readonly id: string; readonly movedFrom?: string }
  | { readonly type: "untagged"; readonly reference: string; readonly id: string }
  | { readonly type: "parent"; readonly id: string; readonly parent?: string }
  | { readonly type: "metadata"; readonly id: string; readonly name: string }
  | { readonly type: "leased"; readonly id: string; readonly user: string }
  | { readonly type: "released"; readonly id: string; readonly user: string }
  /** Everything was read anew; what others changed is not told one by one. */
  | { readonly type: "reloaded" };

/** One check of the conformance suite. */
export interface ConformanceCheck {
  readonly name: string;
  readonly outcome: "passed" | "not-offered" | "failed";
  /** What the backend did instead. */
  readonly reason?: string;
}

/** What the conformance suite found. */
export interface ConformanceReport {
  readonly checks: readonly ConformanceCheck[];
  /** The checks that failed. Empty when the backend does what it has to. */
  readonly failures: readonly ConformanceCheck[];
}

/** An image that is one file, as singularity keeps it: a line of JSON. What is not known of it stays in the line. */
export interface ImageRecord {
  /** What it is known by: the SHA-256 of the file, where singularity made the record. */
  readonly id: string;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Where the file is. */
  readonly path: string;
  /** Its names; `null` where there are none. */
  readonly ref: {
    readonly uri: string;
    readonly tags: readonly string[] | null;
    readonly digests: readonly string[] | null;
  } | null;
  /** Who uses it; absent where nobody does. */
  readonly users?: readonly string[];
  /** What its containers run with, in Docker's names. */
  readonly ociConfig?: JsonValue;
}

/** What adding a record did, and which names other images lost to it. */
export interface RecordChange {
  readonly type: "added" | "merged" | "unchanged";
  readonly moved: readonly { readonly name: string; readonly from: string }[];
}
