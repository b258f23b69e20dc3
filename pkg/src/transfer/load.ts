import type { Archive } from "../archive/archive.js";
import { throttled } from "../archive/throttle.js";
import { LayerglassError, throwIfAborted, toError } from "../error.js";
import { RunningJob } from "../jobs/job.js";
import type { LayerStorage, LayerWriter, StoredLayer } from "../layer-types.js";
import { storageError } from "../layers/errors.js";
import { toText } from "../platform.js";
import type { ImageStore } from "../store/image-store.js";
import type { NameChange } from "../store-types.js";
import type { ErrorData, PlatformData, Size } from "../types.js";
import { storageOf } from "./storage.js";
import type { CopiedLayer } from "./types.js";
import { transferWorkers } from "./workers.js";

/** How far loading is. */
export interface LoadProgress {
  /** Bytes of layers that were read so far; those that are there already are not read. */
  readonly bytes: number;
  /** The entry of the layer that is read. */
  readonly entry: string;
  /** Its bytes so far, and all of them. */
  readonly layerBytes: number;
  readonly layerTotal?: Size;
}

/** What is loaded, and how. */
export interface LoadOptions {
  /** What comes in as a whole: all that is wanted of the archive (`archive`, the default), or each image by itself (`image`). */
  readonly unit?: "archive" | "image";
  /** Positions in `ArchiveData.images`; by default all. */
  readonly images?: readonly number[];
  /** What the images run on; by default anything. */
  readonly platforms?: readonly PlatformData[];
  /** Which platform's image gets a name that images for several platforms have; by default the first one's. */
  readonly preferred?: PlatformData;
  /** The operating system of the store's images, `linux` by default: one for another is an error, as with Docker. */
  readonly os?: string;
  /** What becomes of names that other images have; `none` gives no names at all. By default they move, as with Docker. */
  readonly names?: "move" | "keep" | "refuse" | "none";
  /** Whether what the archive says of parents is kept, where it can be true; true by default. */
  readonly parents?: boolean;
  /** Ends the work: the promise rejects with the kind `aborted`, and nothing has come in. */
  readonly signal?: AbortSignal;
  /** Called now and then, at most about ten times a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** An image that came in. */
export interface LoadedImage {
  /** Its position in `ArchiveData.images`. */
  readonly image: number;
  readonly id: string;
  /** Whether it was not there before. */
  readonly isNew: boolean;
  readonly parent?: string;
  /** The names that the archive gives it. */
  readonly names: readonly string[];
}

/** A layer of an image that came in. */
export interface LoadedLayer {
  readonly entry: string;
  readonly chainId: string;
  readonly diffId: string;
  /** Whether it was there already, and was not read. */
  readonly isKnown: boolean;
}

/** What became of something that an image brings along. */
export type LoadNote =
  | {
      readonly type: "name-of-another";
      readonly reference: string;
      readonly image: number;
      readonly givenTo: number;
    }
  | { readonly type: "invalid-parent"; readonly image: number; readonly parent: string }
  | { readonly type: "no-parent"; readonly image: number; readonly parent: string };

/** What came of loading an archive. */
export interface LoadReport {
  /** Each after its parent. */
  readonly images: readonly LoadedImage[];
  /** Each once. */
  readonly layers: readonly LoadedLayer[];
  /** What became of names: one that moved tells from which image. */
  readonly names: readonly NameChange[];
  /** Names that stayed with the image that has them. */
  readonly kept: readonly { readonly reference: string; readonly id: string }[];
  /** Images that were left out, and why, in kebab-case. */
  readonly skipped: readonly {
    readonly image: number;
    readonly reason: string;
    readonly platform?: string;
  }[];
  /** What was wrong with images that did not come in; empty where the archive comes in as a whole, because that throws then. */
  readonly failed: readonly { readonly image?: number; readonly error: ErrorData }[];
  readonly notes: readonly LoadNote[];
}

/** What the worker tells. */
type Told =
  | {
      readonly type: "layer";
      readonly image: number;
      readonly entry: string;
      readonly diffId?: string;
      readonly chainId?: string;
      readonly size?: Size;
    }
  | ({
      readonly type: "read";
      readonly entry: string;
      readonly chainId: string;
      readonly parent?: string;
    } & CopiedLayer)
  | {
      readonly type: "image";
      readonly image: number;
      readonly id: string;
      readonly parent?: string;
      readonly names: readonly string[];
      readonly config: Uint8Array;
    }
  | { readonly type: "failed"; readonly image?: number; readonly error: ErrorData };

type ToldImage = Extract<Told, { type: "image" }>;

/**
 * Loads images of an archive into a store that was opened with a storage of layers: all or none, unless each is to come in by
 * itself. Layers are checked against their diff ids and digests; those that are there already are not read. Until all is there
 * nothing is to be seen, and a failure, also a full disk or a closed tab, leaves nothing. Errors name the entry.
 *
 * @example
 * import { ImageStore } from "layerglass";
 * import { openArchive } from "layerglass/archive";
 * import { indexedDbBackend } from "layerglass/backends";
 * import { load, opfsLayers } from "layerglass/transfer";
 * using store = await ImageStore.open(indexedDbBackend("images"), { layers: opfsLayers() });
 * using archive = await openArchive(file);
 * const { images, names } = await load(archive, store);
 * for (const change of names) if (change.type === "tagged" && change.movedFrom) console.log(change.reference, "moved");
 */
export async function load(
  archive: Archive,
  store: ImageStore,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const layers = storageOf(store);
  const { signal } = options;
  throwIfAborted(signal);
  const release = await layers.lock?.();
  const loading = new Loading(store, layers, options);
  try {
    // What tabs were writing that were closed.
    await layers.sweep();
    const job = { kind: "load", options: settings(options) };
    const running = await RunningJob.begin(await transferWorkers.placeOf(archive), job, signal);
    return await loading.run(running);
  } catch (thrown) {
    throw toError(thrown);
  } finally {
    await loading.letGo();
    await release?.();
  }
}

function settings(options: LoadOptions): object {
  const { unit, images, platforms, preferred, os, names, parents } = options;
  return {
    ...(unit !== undefined && { unit }),
    ...(images !== undefined && { images: [...images] }),
    ...(platforms && { platforms: platforms.map((platform) => toText("platforms", platform)) }),
    ...(preferred && { preferred: toText("preferred", preferred) }),
    ...(os !== undefined && { os }),
    ...(names !== undefined && { names }),
    ...(parents !== undefined && { parents }),
  };
}

class Loading {
  readonly #store: ImageStore;
  readonly #layers: LayerStorage;
  readonly #options: LoadOptions;
  readonly #tell: (progress: LoadProgress) => void;
  /** References to the layers of this load, by chain id: until the images hold their own, these keep the layers. */
  readonly #held = new Map<string, unknown>();
  readonly #report = {
    images: [] as LoadedImage[],
    layers: [] as LoadedLayer[],
    names: [] as NameChange[],
    kept: [] as { reference: string; id: string }[],
    failed: [] as { image?: number; error: ErrorData }[],
  };
  /** Images of a load as a whole. */
  readonly #waiting: ToldImage[] = [];
  #writer: LayerWriter | undefined;
  /** Why the layer that comes in cannot be kept. */
  #failure: LayerglassError | undefined;
  #image = 0;
  #entry = "";
  #layerTotal: Size | undefined;
  #layerBytes = 0;
  #bytes = 0;

  constructor(store: ImageStore, layers: LayerStorage, options: LoadOptions) {
    this.#store = store;
    this.#layers = layers;
    this.#options = options;
    this.#tell = throttled(options.onProgress);
  }

  get #isWhole(): boolean {
    return this.#options.unit !== "image";
  }

  async run(job: RunningJob): Promise<LoadReport> {
    try {
      for (let answer: unknown; ; ) {
        const piece = await job.next(answer);
        answer = undefined;
        if ("bytes" in piece) await this.#write(piece.bytes);
        else if ("event" in piece) answer = await this.#answer(piece.event as Told);
        else return await this.#finish(piece.report as Pick<LoadReport, "failed" | "skipped" | "notes">);
      }
    } catch (thrown) {
      job.end();
      await this.#writer?.abort().catch(() => {});
      throw thrown;
    }
  }

  /** Gives the references back; what no image refers to goes with them. */
  async letGo(): Promise<void> {
    // Upper layers first: they hold on to those below them.
    for (const reference of [...this.#held.values()].reverse()) {
      // There is nothing more to be done about it; it is cleared up by `collectLayers`.
      await Promise.resolve(this.#layers.release(reference)).catch(() => {});
    }
    this.#held.clear();
  }

  async #answer(told: Told): Promise<unknown> {
    switch (told.type) {
      case "layer":
        return this.#isKnown(told);
      case "read":
        return this.#keep(told);
      case "image":
        if (!this.#isWhole) return this.#add([told]);
        this.#waiting.push(told);
        return true;
      case "failed": {
        await this.#writer?.abort().catch(() => {});
        this.#writer = undefined;
        if (this.#isWhole) throw LayerglassError.from(told.error);
        const { image, error } = told;
        this.#report.failed.push({ ...(image !== undefined && { image }), error });
      }
    }
    return undefined;
  }

  /** Is the layer there already? Otherwise its bytes follow. */
  async #isKnown({
    image,
    entry,
    chainId,
    diffId,
    size,
  }: Extract<Told, { type: "layer" }>): Promise<boolean> {
    if (chainId !== undefined && diffId !== undefined) {
      if (this.#held.has(chainId)) return true;
      const reference = await this.#layers.get(chainId);
      if (reference !== undefined && reference !== null) {
        this.#held.set(chainId, reference);
        this.#report.layers.push({ entry, chainId, diffId, isKnown: true });
        return true;
      }
    }
    this.#image = image;
    this.#entry = entry;
    this.#layerTotal = size;
    this.#layerBytes = 0;
    this.#failure = undefined;
    await this.#unlessFailed(async () => {
      this.#writer = await this.#layers.begin();
    });
    return false;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#unlessFailed(async () => this.#writer?.write(bytes));
    this.#bytes += bytes.length;
    this.#layerBytes += bytes.length;
    const total = this.#layerTotal;
    this.#tell({
      bytes: this.#bytes,
      entry: this.#entry,
      layerBytes: this.#layerBytes,
      ...(total !== undefined && { layerTotal: total }),
    });
  }

  /** The bytes so far were this layer. */
  async #keep({ entry, chainId, parent, ...copied }: Extract<Told, { type: "read" }>): Promise<boolean> {
    const writer = this.#writer;
    this.#writer = undefined;
    await this.#unlessFailed(async () => {
      if (!writer || this.#held.has(chainId)) return writer?.abort();
      const layer: StoredLayer = {
        chainId,
        diffId: copied.diffId,
        ...(parent !== undefined && { parent }),
        digest: copied.digest,
        size: Number(copied.size),
        tarSize: Number(copied.tarSize),
        compression: copied.compression,
      };
      await writer.commit(layer);
      const reference = await this.#layers.get(chainId);
      if (reference === undefined || reference === null) throw lost(chainId);
      this.#held.set(chainId, reference);
      this.#report.layers.push({ entry, chainId, diffId: copied.diffId, isKnown: false });
    });
    if (!this.#failure) return true;
    await writer?.abort().catch(() => {});
    this.#report.failed.push({ image: this.#image, error: this.#failure.toJSON() });
    return false;
  }

  /** Works with the storage. A failure ends the load, or the image that is loaded. */
  async #unlessFailed(work: () => Promise<unknown>): Promise<void> {
    if (this.#failure) return;
    try {
      await work();
    } catch (thrown) {
      const { kind, code, message } = storageError(thrown, this.#entry);
      // Whatever was said of it, here it is about this entry.
      const data = { kind, code, message, path: this.#entry };
      this.#failure = new LayerglassError(data, { cause: thrown });
      if (this.#isWhole) throw this.#failure;
    }
  }

  /** Adds images, in one commit. */
  async #add(images: readonly ToldImage[]): Promise<boolean> {
    const policy = this.#options.names ?? "move";
    throwIfAborted(this.#options.signal);
    try {
      const added = await this.#store.addAll(
        images.map(({ config, parent }) => ({ config, ...(parent !== undefined && { parent }) })),
        images.flatMap(({ names, id }) =>
          names.map((name) => ({
            name,
            id,
            // A name by digest never moves; that is no reason not to load an image.
            policy: policy === "refuse" ? policy : policy === "keep" || name.includes("@") ? "keep" : "move",
          })),
        ),
      );
      for (const [at, { image, id, parent, names }] of images.entries()) {
        const isNew = added.images[at]?.isNew === true;
        this.#report.images.push({ image, id, isNew, ...(parent !== undefined && { parent }), names });
      }
      this.#report.names.push(...added.names);
      this.#report.kept.push(...added.kept);
      return true;
    } catch (thrown) {
      const error = toError(thrown);
      if (this.#isWhole || error.kind === "aborted") throw error;
      const [first] = images;
      this.#report.failed.push({ ...(first && { image: first.image }), error: error.toJSON() });
      return false;
    }
  }

  async #finish({
    failed,
    skipped,
    notes,
  }: Pick<LoadReport, "failed" | "skipped" | "notes">): Promise<LoadReport> {
    if (this.#waiting.length > 0) await this.#add(this.#waiting);
    return { ...this.#report, failed: [...failed, ...this.#report.failed], skipped, notes };
  }
}

function lost(chainId: string): LayerglassError {
  const message = `the layer ${chainId} was removed by others as soon as it was there`;
  return new LayerglassError({ kind: "conflict", code: "layer-lost", message, path: chainId });
}
