import { checkContents, checkCount } from "../checks.js";
import { LayerglassError, throwIfAborted, unlessAborted } from "../error.js";
import type { ArchiveData, LayerData } from "../types.js";
import type { WorkerClient } from "./client.js";
import { FileTree, type TreeHost } from "./file-tree.js";
import type { MemoryUse, ScanOptions, TreeOptions } from "./options.js";
import type { SessionOperations } from "./protocol.js";
import { scanLayers } from "./scanning.js";
import type { Session } from "./session.js";
import { notify, throttled } from "./throttle.js";

/** Archives that nobody refers to any more let their workers go. */
const forgotten = new FinalizationRegistry<Session>((session) => session.close(closedError()));

/**
 * An opened image file. Its contents live in workers: close it when it is no longer needed.
 *
 * @example
 * using archive = await openArchive(file);
 * console.log(archive.data.label, archive.data.images.map((image) => image.familiarNames));
 * await archive.scan();
 * using tree = await archive.tree(0);
 */
export class Archive {
  /** The name of the file or folder, as far as it is known. */
  readonly name: string;
  readonly #session: Session;
  #data: ArchiveData;
  /** Scans run one after the other, so that no layer is read twice. */
  #lastScan: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(session: Session, data: ArchiveData, name: string) {
    this.name = name;
    this.#session = session;
    this.#data = data;
    const self = new WeakRef(this);
    session.onReopened = (fresh) => {
      const archive = self.deref();
      if (archive) archive.#replace(fresh);
    };
    forgotten.register(this, session, this);
  }

  /** @internal */
  get session(): Session {
    return this.#session;
  }

  /** Everything known so far; a new object whenever that has changed. */
  get data(): ArchiveData {
    return this.#data;
  }

  /**
   * Scans layers that have not been scanned: recomputes their digests and lists their files. A layer that cannot be read is
   * marked as failed in the data and does not end the scan; a worker that dies does, after the other layers.
   *
   * @example
   * const data = await archive.scan({ contents: "sha256", onLayer: (layer) => console.log(layer.path, layer.check.state) });
   */
  async scan(options: ScanOptions = {}): Promise<ArchiveData> {
    throwIfAborted(options.signal);
    if (options.contents !== undefined) checkContents(options.contents);
    if (options.image !== undefined) checkCount("image", options.image);
    for (const layer of options.layers ?? []) checkCount("layers", layer);
    const turn = this.#lastScan;
    const run = (async () => {
      await unlessAborted(turn, options.signal);
      return this.#scan(options);
    })();
    this.#lastScan = run.catch(() => {});
    return run;
  }

  /**
   * The files of an image, or of some of its layers. The layers must have been scanned.
   *
   * @example
   * const added = await archive.tree(0, { upTo: 2, changesOnly: true });
   */
  async tree(image: number, options: TreeOptions = {}): Promise<FileTree> {
    const { upTo, changesOnly = false, signal } = options;
    throwIfAborted(signal);
    checkCount("image", image);
    if (upTo !== undefined) checkCount("upTo", upTo);
    const worker = await this.#session.worker();
    const making = worker.request("tree", { image, upTo, changesOnly });
    try {
      const host: TreeHost = {
        call: (params) => worker.request("treeCall", params),
        close: (tree) => worker.request("closeTree", { tree }),
        matching: this.#session.matching,
      };
      return new FileTree(this, host, await unlessAborted(making, signal));
    } catch (error) {
      // A tree that comes too late is nobody's.
      making.then(({ tree }) => worker.request("closeTree", { tree })).catch(() => {});
      throw error;
    }
  }

  /** The exact bytes of an image's config. */
  async rawConfig(image: number): Promise<Uint8Array> {
    checkCount("image", image);
    return (await this.#session.worker()).request("rawConfig", { image });
  }

  /** The exact bytes of an image's manifest. */
  async rawManifest(image: number): Promise<Uint8Array> {
    checkCount("image", image);
    return (await this.#session.worker()).request("rawManifest", { image });
  }

  /** Wasm memory in use by this archive's workers. */
  async memory(): Promise<MemoryUse> {
    const worker = await this.#session.worker();
    // A scanner that ends meanwhile has none.
    const asked = this.#session.pool.all().map((scanner) => scanner.request("memory", {}).catch(() => 0));
    const [session, ...scanners] = await Promise.all([worker.request("memory", {}), ...asked]);
    return { session, scanners: scanners.filter((bytes) => bytes > 0) };
  }

  /** Ends the workers and gives all memory back. Work that goes on, and every later call, throws `aborted`. */
  close(): void {
    forgotten.unregister(this);
    this.#session.close(closedError());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #scan({
    layers,
    image,
    contents = this.#session.options.contents,
    signal,
    onProgress,
    onLayer,
  }: ScanOptions): Promise<ArchiveData> {
    const store = await this.#session.worker();
    const { jobs, pass } = await store.request("plan", { layers, image, contents }, { signal });
    try {
      if (pass) {
        const tell = throttled(onProgress);
        await store.request(
          "pass",
          { contents },
          { signal, onProgress: (bytes, total) => tell({ phase: "scan", bytes, total }) },
        );
      } else {
        const done = (layer: LayerData) => {
          this.#replace({ ...this.#data, layers: this.#data.layers.with(layer.index, layer) });
          notify(onLayer, layer);
        };
        await scanLayers(this.#session, store, { jobs, contents, signal, onProgress, onLayer: done });
      }
    } catch (error) {
      // What was scanned before counts.
      await this.#refresh(store).catch(() => {});
      throw error;
    }
    await this.#refresh(store);
    if (pass) for (const layer of this.#data.layers) notify(onLayer, layer);
    return this.#data;
  }

  async #refresh(store: WorkerClient<SessionOperations>): Promise<void> {
    this.#replace(await store.request("summary", {}));
  }

  #replace(data: ArchiveData): void {
    this.#data = data;
  }
}

function closedError(): LayerglassError {
  return new LayerglassError({ kind: "aborted", code: "closed", message: "the archive has been closed" });
}
