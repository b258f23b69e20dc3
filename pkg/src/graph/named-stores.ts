import { toError } from "../error.js";
import { graphWasm } from "../graph-module.js";
import type { Backend } from "../store-types.js";
import { asText, asTexts } from "../text.js";
import type { ErrorData } from "../types.js";
import { OperationsSession, world } from "./session.js";
import type {
  BranchDelete,
  GraphProblem,
  LayerInput,
  LayerOutcome,
  LayerUsage,
  NamedStoresOptions,
  SkeletonEntry,
  StoredLayer,
  StoresReport,
  StoreUsage,
  WriteLayer,
} from "./types.js";

const both = (store: string, id: string) => [asText("store", store), asText("id", id)];

/**
 * Stores of layers under names, each a tree under one root, as vSphere Integrated Containers has them. Layers are kept as they
 * were given, in records of the same backend.
 *
 * @example
 * import { mapBackend } from "layerglass/backends";
 * import { NamedStores } from "layerglass/graph";
 * using stores = await NamedStores.open(mapBackend(), { host: "host" });
 * await stores.create("store");
 * await stores.write("store", "base", tar, { checksum, metadata: { metaData: config } });
 * await stores.write("store", "app", more, { parent: "base" });
 * (await stores.layerUsage("store", "app")).withParents;
 */
export class NamedStores {
  /** How the stores were found when they were opened. */
  readonly report: StoresReport;
  /** The id of the layer at the root of every store. */
  static readonly ROOT = "scratch";
  readonly #session: OperationsSession;

  private constructor(session: OperationsSession, report: StoresReport) {
    this.#session = session;
    this.report = report;
  }

  /** Opens the stores of a backend. What interrupted changes left behind is cleared up. */
  static async open(backend: Backend, options: NamedStoresOptions = {}): Promise<NamedStores> {
    const { now, limits, module, host } = Object(options) as NamedStoresOptions;
    const { backend: guarded, host: platform, clock, random } = world(backend, undefined, now);
    try {
      const wasm = await graphWasm.start(module);
      const [handle, report] = await wasm.openStores(guarded, platform, limits, clock, random, host);
      return new NamedStores(new OperationsSession(handle, "stores"), report);
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  /** Makes a store, and gives the layer at its root. `conflict` when there is such a store. */
  async create(store: string): Promise<StoredLayer> {
    return this.#session.run("create", [asText("store", store)]);
  }

  /** The layer at the root of a store, and what is wrong in the store. */
  async getStore(store: string): Promise<{ readonly root: StoredLayer; readonly problems: GraphProblem[] }> {
    const [root, problems] = await this.#session.run<[StoredLayer, GraphProblem[]]>("getStore", [
      asText("store", store),
    ]);
    return { root, problems };
  }

  /** The names of all stores, sorted. */
  async listStores(): Promise<string[]> {
    return this.#session.run("listStores", []);
  }

  /** Deletes a store; with `force` also one that holds layers. `in_use` otherwise, or when somebody uses a layer. */
  async deleteStore(store: string, options: { readonly force?: boolean } = {}): Promise<void> {
    await this.#session.run("deleteStore", [asText("store", store), options.force === true]);
  }

  /**
   * Writes a layer. One of that id that is there already, with the same parent and checksum, is left as it is and its bytes are
   * not read: then `existed` is true. With another parent or checksum it is a `conflict`.
   *
   * @example
   * const { layer, existed } = await stores.write("store", id, response.body, { parent, checksum });
   */
  async write(
    store: string,
    id: string,
    layer: LayerInput,
    options: WriteLayer = {},
  ): Promise<{ readonly layer: StoredLayer; readonly existed: boolean }> {
    const { parent, checksum, metadata } = options;
    const values = [...both(store, id), parent, checksum, metadata];
    const [written, existed] = await this.#session.run<[StoredLayer, boolean]>("write", values, layer);
    return { layer: written, existed };
  }

  /** A layer: `not_found`, or `corrupt`. */
  async get(store: string, id: string): Promise<StoredLayer> {
    return this.#session.run("get", both(store, id));
  }

  /** Layers by their ids, with what came of each, in the order in which they were asked for. */
  async getMany(store: string, ids: readonly string[]): Promise<LayerOutcome[]> {
    const values = [asText("store", store), asTexts("ids", ids)];
    const found = await this.#session.run<[string, boolean, unknown][]>("getMany", values);
    return found.map(([id, isFound, value]) =>
      isFound ? { id, layer: value as StoredLayer } : { id, error: value as ErrorData },
    );
  }

  /** All layers of a store that can be used, sorted by id, without the root. */
  async list(store: string): Promise<StoredLayer[]> {
    return this.#session.run("list", [asText("store", store)]);
  }

  /** Deletes a layer, damaged or not. `in_use` with the `children` or the `users` when it is needed. */
  async delete(store: string, id: string): Promise<BranchDelete> {
    return this.#session.run("delete", both(store, id));
  }

  /**
   * Deletes a layer and those below it, up to one on which others stand too, that somebody uses, or that is to be kept. All go
   * together.
   *
   * @example
   * const { deleted } = await stores.deleteBranch("store", leaf, { keep: layersOfOtherImages });
   */
  async deleteBranch(
    store: string,
    leaf: string,
    options: { readonly keep?: Iterable<string> } = {},
  ): Promise<BranchDelete> {
    return this.#session.run("deleteBranch", [
      ...both(store, leaf),
      asTexts("keep", [...(options.keep ?? [])]),
    ]);
  }

  /** Removes layers that are not whole, and gives their ids. */
  async cleanUp(store: string): Promise<string[]> {
    return this.#session.run("cleanUp", [asText("store", store)]);
  }

  /** What a store takes up. */
  async usage(store: string): Promise<StoreUsage> {
    return this.#session.run("usage", [asText("store", store)]);
  }

  /** What a layer takes up. */
  async layerUsage(store: string, id: string): Promise<LayerUsage> {
    return this.#session.run("layerUsage", both(store, id));
  }

  /** Borrows a layer for a user, who then stands in the way of its deletion. */
  async lease(store: string, id: string, user: string): Promise<void> {
    return this.#session.run("lease", [...both(store, id), asText("user", user)]);
  }

  /** Gives a layer back for a user; false when the user did not have it. */
  async returnLease(store: string, id: string, user: string): Promise<boolean> {
    return this.#session.run("returnLease", [...both(store, id), asText("user", user)]);
  }

  /** Who uses the layer with a URL, sorted. */
  async owners(url: string): Promise<string[]> {
    return this.#session.run("owners", [asText("url", url)]);
  }

  /** Where the contents of the layer with a URL are: a key of the backend. */
  async locate(url: string): Promise<string | undefined> {
    return this.#session.run("locate", [asText("url", url)]);
  }

  /** The URL of a layer or, without an id, of a store. */
  async url(store: string, id?: string): Promise<string> {
    if (id === undefined) return this.#session.run("storeUrl", [asText("store", store)]);
    return this.#session.run("url", both(store, id));
  }

  /** The bytes of a layer as it was given, piece by piece. */
  layer(store: string, id: string): AsyncGenerator<Uint8Array, void, void> {
    return this.#session.read("open", both(store, id));
  }

  /** What is in the layer at the root of every store. */
  async rootSkeleton(): Promise<SkeletonEntry[]> {
    return this.#session.run("skeleton", []);
  }

  /** Ends the stores. Calls that are under way fail with `aborted`. */
  close(): void {
    this.#session.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
