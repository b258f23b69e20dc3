import { Turns } from "../backends/turns.js";
import { LayerglassError } from "../error.js";
import type { LayerBytes, LayerStorage, LayerWriter, StoredLayer } from "../layer-types.js";
import type { FreedLayer } from "../store-types.js";
import { storageError } from "./errors.js";
import { parseFacts, printFacts } from "./facts.js";
import { contentsOf, type Files, type NewFile } from "./files.js";

/** What follows the name of a layer's bytes, and of what is known of it. */
const BYTES = ".layer";
const FACTS = ".json";
/** Bytes of the largest document that is taken for what is known of a layer. */
const MOST_FACTS = 65_536;

const CHAIN_ID = /^[a-z0-9]+:[0-9a-f]{64,128}$/;
const NAME = /^([a-z0-9]+)-([0-9a-f]{64,128})\.json$/;

/** The name of a layer's files without what follows. */
function nameOf(chainId: string): string {
  if (CHAIN_ID.test(chainId)) return chainId.replace(":", "-");
  const message = "a layer is known by its chain id";
  throw new LayerglassError({ kind: "invalid", code: "argument", message, found: String(chainId) });
}

async function told<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw storageError(thrown, path);
  }
}

/**
 * Layers as pairs of files: the bytes, and a document of what is known of them. The document is written last and removed first,
 * so that a layer is there exactly when it is.
 */
export class FileLayers implements LayerStorage {
  readonly #files: Files;
  /** References from outside, by chain id. */
  readonly #references = new Map<string, number>();
  /** Counting, freeing and committing come one after the other. */
  readonly #turns = new Turns();
  readonly lock?: () => Promise<() => unknown>;

  constructor(files: Files) {
    this.#files = files;
    const { lock } = files;
    if (lock) this.lock = async () => lock();
  }

  async find(chainId: string): Promise<StoredLayer | undefined> {
    const name = nameOf(chainId);
    const layer = await this.#read(name);
    if (layer?.chainId !== chainId) return undefined;
    const bytes = await told(chainId, this.#files.open(name + BYTES));
    if (!bytes) return undefined;
    if (!(bytes instanceof Blob)) await bytes.close();
    // Others may have cut it off.
    return bytes.size === layer.size ? layer : undefined;
  }

  async open(chainId: string): Promise<Blob | LayerBytes | undefined> {
    if (!(await this.find(chainId))) return undefined;
    return told(chainId, this.#files.open(nameOf(chainId) + BYTES));
  }

  async begin(): Promise<LayerWriter> {
    const file = await told("", this.#files.begin());
    return {
      write: (bytes) => file.write(bytes),
      commit: (layer) => this.#inTurn(() => this.#commit(file, layer)),
      abort: () => file.discard(),
    };
  }

  async delete(chainId: string): Promise<void> {
    const name = nameOf(chainId);
    await this.#files.remove(name + FACTS);
    await this.#files.remove(name + BYTES);
  }

  async list(): Promise<StoredLayer[]> {
    const layers: StoredLayer[] = [];
    for (const name of await this.#files.names()) {
      const [, algorithm, digits] = NAME.exec(name) ?? [];
      const layer = digits && (await this.find(`${algorithm}:${digits}`));
      if (layer) layers.push(layer);
    }
    return layers.sort((a, b) => (a.chainId < b.chainId ? -1 : 1));
  }

  async sweep(): Promise<string[]> {
    const swept = await this.#files.sweep();
    const names = new Set(await this.#files.names());
    for (const name of names) {
      if (!name.endsWith(BYTES) || names.has(name.slice(0, -BYTES.length) + FACTS)) continue;
      await this.#files.remove(name);
      swept.push(name);
    }
    return swept;
  }

  prune(): Promise<FreedLayer[]> {
    return this.#inTurn(async () => {
      const layers = await this.list();
      const parents = new Set(layers.map(({ parent }) => parent));
      const freed: FreedLayer[] = [];
      for (const { chainId } of layers.filter((layer) => !parents.has(layer.chainId)))
        if (!this.#references.has(chainId)) freed.push(...(await this.#free(chainId)));
      return freed;
    });
  }

  get(chainId: string): Promise<StoredLayer | undefined> {
    return this.#inTurn(async () => {
      const layer = await this.find(chainId);
      if (layer) this.#references.set(chainId, (this.#references.get(chainId) ?? 0) + 1);
      return layer;
    });
  }

  release(layer: unknown): Promise<FreedLayer[]> {
    return this.#inTurn(async () => {
      this.drop(layer);
      const { chainId } = layer as StoredLayer;
      return this.#references.has(chainId) ? [] : this.#free(chainId);
    });
  }

  drop(layer: unknown): void {
    const { chainId } = layer as StoredLayer;
    const left = (this.#references.get(chainId) ?? 1) - 1;
    if (left > 0) this.#references.set(chainId, left);
    else this.#references.delete(chainId);
  }

  /** Removes a layer and those below it, as far as nothing refers to them. */
  async #free(chainId: string): Promise<FreedLayer[]> {
    const known = new Map((await this.list()).map((layer) => [layer.chainId, layer]));
    const freed: FreedLayer[] = [];
    for (let next = known.get(chainId); next; next = known.get(next.parent ?? "")) {
      const { chainId, diffId, size } = next;
      const isBelow = [...known.values()].some(({ parent }) => parent === chainId);
      if (isBelow || this.#references.has(chainId)) break;
      await told(chainId, this.delete(chainId));
      known.delete(chainId);
      freed.push({ chainId, diffId, size: size + sizeBelow(known, next), ownSize: size });
    }
    return freed;
  }

  async #commit(file: NewFile, layer: StoredLayer): Promise<void> {
    const name = nameOf(layer.chainId);
    const facts = printFacts(layer);
    try {
      if (await this.find(layer.chainId)) return await file.discard();
      // What others left there is not whole.
      await this.#files.remove(name + FACTS);
      await file.publish(name + BYTES);
      const document = await this.#files.begin();
      try {
        await document.write(facts);
        await document.publish(name + FACTS);
      } catch (thrown) {
        await document.discard().catch(() => {});
        await this.#files.remove(name + BYTES).catch(() => {});
        throw thrown;
      }
    } catch (thrown) {
      await file.discard().catch(() => {});
      throw storageError(thrown, layer.chainId);
    }
  }

  async #read(name: string): Promise<StoredLayer | undefined> {
    const file = await told(name, this.#files.open(name + FACTS));
    if (!file) return undefined;
    if (file.size <= MOST_FACTS) return parseFacts(await told(name, contentsOf(file)));
    if (!(file instanceof Blob)) await file.close();
    return undefined;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const pass = await this.#turns.take();
    try {
      return await work();
    } finally {
      pass();
    }
  }
}

/** Bytes of the layers below one; a circle of them, which only others can have made, ends where it closes. */
function sizeBelow(known: ReadonlyMap<string, StoredLayer>, { chainId, parent }: StoredLayer): number {
  const seen = new Set([chainId]);
  let size = 0;
  for (let below = known.get(parent ?? ""); below; below = known.get(below.parent ?? "")) {
    if (seen.has(below.chainId)) break;
    seen.add(below.chainId);
    size += below.size;
  }
  return size;
}
