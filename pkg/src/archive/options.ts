import type { OpenLimits } from "../limits.js";
import type { LayerData } from "../types.js";

/** Which hash of each file's contents a scan computes beside the layer's own digests. */
export type ContentsHash = "xxh3" | "sha256";

/**
 * What the rows of a tree are sorted by, within each folder or in a flat list as a whole. `name` puts folders first in a tree;
 * `path` does not; `owner` is the owner's number, then the group's.
 */
export type TreeSortKey = "name" | "path" | "size" | "mtime" | "mode" | "owner" | "layer" | "change";

/** How far a piece of long work has come. */
export interface Progress {
  readonly phase: "open" | "scan";
  /** Bytes read so far. While scanning: of all layers of this call. */
  readonly bytes: number;
  /** Bytes to read; absent for a stream of unknown length. */
  readonly total?: number;
  /** While scanning: position in `ArchiveData.layers` of the layer that moved last. */
  readonly layer?: number;
  /** While scanning: bytes read of that layer, and its stored size. */
  readonly layerBytes?: number;
  readonly layerTotal?: number;
}

/** A worker as browsers have it (with `addEventListener`), or as Node's `worker_threads` do (with `on`). */
export interface WorkerLike {
  postMessage(message: unknown, transfer: never[]): void;
  terminate(): unknown;
  readonly addEventListener?: unknown;
  readonly on?: unknown;
  ref?(): void;
  unref?(): void;
}

/**
 * What a worker is for: one holds the tables and trees, others scan layers or match regular expressions, one moves images
 * (`layerglass/transfer`) and one looks into them (`layerglass/inspect`).
 */
export type WorkerRole = "session" | "scan" | "match" | "transfer" | "inspect";

/** Makes a worker that runs the module `layerglass/worker`. */
export type CreateWorker = (role: WorkerRole) => WorkerLike;

/** A file of a folder, as the file system access API has it. */
export interface FolderFile {
  readonly kind: "file";
  readonly name: string;
  getFile(): Promise<Blob>;
}

/** A folder, as the file system access API has it: a `FileSystemDirectoryHandle` is one. */
export interface Folder {
  readonly kind: "directory";
  readonly name: string;
  entries(): AsyncIterable<[string, FolderFile | Folder]>;
}

/** An open file of Node: a `FileHandle` of `node:fs/promises` is one. It is never closed by this package. */
export interface OpenFile {
  readonly fd: number;
  stat(): Promise<{ readonly size: number | bigint }>;
}

/** A file of a server that answers range requests: only what is needed of it is fetched. */
export interface RemoteFile {
  /** Where it is; in browsers relative to the page. */
  readonly url: string | URL;
  /** Its bytes. */
  readonly size: number;
}

/**
 * What an archive can be read from. Paths, `file:` URLs and open files work in Node only. A stream is read once; all
 * else is read by ranges, as often as needed.
 */
export type ArchiveInput =
  | Blob
  | Uint8Array
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<readonly [path: string, contents: Blob]>
  | Iterable<readonly [path: string, contents: RemoteFile]>
  | RemoteFile
  | Folder
  | OpenFile
  | string
  | URL;

/** How an archive is opened. */
export interface OpenOptions {
  /** The file's name, for messages and for guessing; by default that of the input. */
  readonly name?: string;
  /** Ends the work: the promise rejects with the kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Called now and then, at most about ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Limits other than the defaults, for this archive, its scans and its trees. */
  readonly limits?: OpenLimits;
  /** How many workers scan layers at a time; by default one a processor, four at most. */
  readonly workers?: number;
  /** Which hash of files' contents scans compute; by default `xxh3`. */
  readonly contents?: ContentsHash;
  /** Makes the workers, where the package's own way does not fit. */
  readonly createWorker?: CreateWorker;
}

/** How layers are scanned. */
export interface ScanOptions {
  /** Positions in `ArchiveData.layers`; by default all layers, or those of `image`. */
  readonly layers?: readonly number[];
  /** Position in `ArchiveData.images`: scan the layers of this image only. */
  readonly image?: number;
  /** Which hash of files' contents to compute; by default the one given to `openArchive`. */
  readonly contents?: ContentsHash;
  /** Ends the work: the promise rejects with the kind `aborted`. Layers scanned before stay scanned. */
  readonly signal?: AbortSignal;
  /** Called now and then, at most about ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called when a layer has been scanned or has failed. */
  readonly onLayer?: (layer: LayerData) => void;
}

/** Which file tree is wanted. */
export interface TreeOptions {
  /** Position, in the image's layers, of the uppermost layer that counts; by default the last. */
  readonly upTo?: number;
  /** Show only what that layer added, changed or removed. */
  readonly changesOnly?: boolean;
  /** Ends the work: the promise rejects with the kind `aborted`. */
  readonly signal?: AbortSignal;
}

/** Wasm memory in use, in bytes. */
export interface MemoryUse {
  /** Of the worker that holds the file tables and trees. */
  readonly session: number;
  /** Of each worker that scans, where one is running. */
  readonly scanners: readonly number[];
}
