import type { Awaitable, FreedLayer, LayerStore } from "./store-types.js";
import type { Compression } from "./types.js";

/** A layer that a storage keeps: what was found when it was written. */
export interface StoredLayer {
  /** The layer with all below it: what it is known by. */
  readonly chainId: string;
  /** The layer itself: the digest of its uncompressed tar. */
  readonly diffId: string;
  /** The chain id of the layer below; absent for a bottom layer. */
  readonly parent?: string;
  /** Digest of the bytes that are kept. */
  readonly digest: string;
  /** How many they are. */
  readonly size: number;
  /** Bytes of the uncompressed tar. */
  readonly tarSize: number;
  readonly compression: Compression;
  /** The media type of the layer where it came from, if a manifest said it. */
  readonly mediaType?: string;
}

/** Bytes that can be read anywhere; a `Blob` is as good. */
export interface LayerBytes {
  readonly size: number;
  /** Exactly these bytes. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Awaitable<unknown>;
}

/** A layer that is being written. Until `commit` nobody sees anything of it. */
export interface LayerWriter {
  /** Takes the next bytes. They may be overwritten once this is done. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Ends the bytes and makes the layer known: when it is done it is durable, and whatever happens, it is there wholly or not at
   * all. A layer of that chain id that is there already stays.
   */
  commit(layer: StoredLayer): Promise<void>;
  /** Gives up; nothing is left. */
  abort(): Promise<void>;
}

/**
 * Where the bytes of layers are kept: what an `ImageStore` is opened with as its `layers`, and what images are loaded into and
 * saved from. References are counted from those that are taken by `get`, each stored layer holding on to the one below it, so
 * that they are always what the images of the opened stores refer to. `testLayers` of `layerglass/testing` checks a storage.
 */
export interface LayerStorage extends LayerStore {
  drop(layer: unknown): void;
  /** What is known of a layer; `undefined` when there is none, or none that is whole. */
  find(chainId: string): Promise<StoredLayer | undefined>;
  /** Its bytes as they are kept. */
  open(chainId: string): Promise<Blob | LayerBytes | undefined>;
  /** Begins a new one. */
  begin(): Promise<LayerWriter>;
  /** Removes one, whoever refers to it; it is no error when there is none. */
  delete(chainId: string): Promise<void>;
  /** All of them, in the order of their chain ids. */
  list(): Promise<StoredLayer[]>;
  /** Removes what was left behind by writes that were interrupted, and says what. Called under the lock. */
  sweep(): Promise<string[]>;
  /** Frees what nothing refers to, and says what. Called under the lock. */
  prune(): Promise<FreedLayer[]>;
  /** Waits until nobody else brings layers in or clears them up, and gives what ends this. It must end with its holder. */
  lock?(): Awaitable<() => unknown>;
}
