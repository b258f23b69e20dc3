import { LayerglassError, toError } from "../error.js";
import { RunningJob, streamOf } from "../jobs/job.js";
import type { LayerBytes, LayerStorage } from "../layer-types.js";
import { Reference } from "../reference.js";
import type { ImageStore } from "../store/image-store.js";
import type { Limits } from "../types.js";
import { settings } from "./convert.js";
import { storageOf } from "./storage.js";
import type { StreamOptions, TransferStream, WriteReport, WriteSettings } from "./types.js";
import { transferWorkers } from "./workers.js";

/** How images of a store are saved. */
export interface SaveImagesOptions extends WriteSettings, StreamOptions {
  readonly limits?: Limits;
}

/** An image as the worker is told it. */
interface SavedImage {
  readonly config: Uint8Array;
  readonly names: readonly string[];
  readonly parent?: string;
  readonly layers: readonly object[];
}

/**
 * Images of a store as a tar, by their names or ids. As with Docker a repository stands for all its tags, and an image that is
 * named by its id goes without names. Each layer is checked as it is read. The same images and options give the
 * same bytes.
 *
 * @example
 * import { save, saveStream } from "layerglass/transfer";
 * await saveStream(save(store, ["redis:7"], { format: "docker-oci" }).stream, "redis.tar");
 */
export function save(
  store: ImageStore,
  names: Iterable<Reference | string>,
  options: SaveImagesOptions,
): TransferStream<WriteReport> {
  const wanted = Array.from(names, String);
  const layers = storageOf(store);
  return streamOf(async () => {
    const files: (Blob | LayerBytes)[] = [];
    const close = () => {
      for (const file of files.splice(0))
        if (!(file instanceof Blob)) Promise.resolve(file.close()).catch(() => {});
    };
    try {
      const images = await describe(store, layers, wanted, files);
      return await begin(images, files, close, options);
    } catch (thrown) {
      close();
      throw toError(thrown);
    }
  }, options);
}

/** The images that are meant, in the order in which they are named first, each with its names. */
function choose(store: ImageStore, wanted: readonly string[]): Map<string, Set<string>> {
  if (wanted.length === 0) {
    const message = "say which images are to be saved";
    throw new LayerglassError({ kind: "invalid", code: "argument", message });
  }
  const chosen = new Map<string, Set<string>>();
  const add = (id: string, name?: string) => {
    const known = chosen.get(id) ?? new Set<string>();
    if (name !== undefined) known.add(name);
    chosen.set(id, known);
  };
  for (const text of wanted) {
    const named = namesOf(store, text);
    for (const [name, id] of named) add(id, name);
    // By an id it goes without names, as with Docker.
    if (named.length === 0) add(store.resolve(text));
  }
  return chosen;
}

/** The names that a text stands for, with their images; none when it is no name. */
function namesOf(store: ImageStore, text: string): (readonly [name: string, id: string])[] {
  const reference = Reference.isValid(text) ? Reference.parse(text) : undefined;
  if (!reference) return [];
  if (reference.tag === undefined && reference.digest === undefined)
    return [...store.repository(reference)].filter(([name]) => !name.includes("@"));
  const id = store.names().get(String(reference));
  return id === undefined ? [] : [[String(reference), id]];
}

async function describe(
  store: ImageStore,
  layers: LayerStorage,
  wanted: readonly string[],
  files: (Blob | LayerBytes)[],
): Promise<SavedImage[]> {
  const sources = new Map<string, number>();
  const images: SavedImage[] = [];
  for (const [id, names] of choose(store, wanted)) {
    const config = await store.get(id);
    const described: object[] = [];
    for (const chainId of config.rootFs.chainIds) {
      const layer = await layers.find(chainId);
      const known = sources.get(chainId);
      const file = known === undefined ? await layers.open(chainId) : undefined;
      if (!layer || (known === undefined && !file)) {
        const message = `a layer of ${id} is not there: ${chainId}`;
        throw new LayerglassError({ kind: "not_found", code: "layer-missing", message, path: chainId });
      }
      const source = known ?? sources.size;
      sources.set(chainId, source);
      if (file) files.push(file);
      const { diffId, digest, size, tarSize, compression } = layer;
      described.push({ source, entry: chainId, diffId, digest, size, tarSize, compression });
    }
    const parent = store.parent(id);
    images.push({
      config: config.raw,
      names: [...names],
      ...(parent !== undefined && { parent }),
      layers: described,
    });
  }
  return images;
}

async function begin(
  images: readonly SavedImage[],
  files: readonly (Blob | LayerBytes)[],
  close: () => void,
  options: SaveImagesOptions,
): Promise<RunningJob> {
  const { limits, signal } = options;
  const blobs = files.filter((file): file is Blob => file instanceof Blob);
  const canRead = transferWorkers.platform.workersReadBlobs && blobs.length === files.length;
  const readHere = async (file: number, offset: number, length: number) => {
    const from = files[file];
    if (from instanceof Blob) return new Uint8Array(await from.slice(offset, offset + length).arrayBuffer());
    if (from) return from.read(offset, length);
    throw new LayerglassError({ kind: "aborted", code: "closed", message: "the layers have been closed" });
  };
  const worker = await transferWorkers.start(canRead ? undefined : readHere);
  const leave = () => {
    close();
    worker.end(new LayerglassError({ kind: "aborted", code: "closed", message: "the work has ended" }));
  };
  const sizes = files.map(({ size }) => size);
  const paths = files.map((_, at) => String(at));
  return RunningJob.begin(
    { worker, leave },
    {
      kind: "save",
      options: { ...settings(options), ...(limits && { limits }) },
      alone: {
        parts: images,
        source: canRead ? { type: "blobs", paths, blobs } : { type: "caller", paths, sizes },
      },
    },
    signal,
  );
}
