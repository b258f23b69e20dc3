import { asBytes } from "../bytes.js";
import { LayerglassError, toError } from "../error.js";
import { ImageConfig } from "../image-config.js";
import { toText } from "../platform.js";
import type { Reference } from "../reference.js";
import { storeWasm } from "../store-module.js";
import type {
  AddReport,
  Backend,
  CreateOptions,
  DeletePolicy,
  DeleteReport,
  GcOptions,
  GcReport,
  ImageState,
  ImageToAdd,
  LayerStore,
  LeaseOptions,
  NameChange,
  NameToAdd,
  OpenReport,
  Problem,
  RepairPlan,
  RepairReport,
  ResolveOptions,
  Sharing,
  StoreChange,
  StoreOptions,
  VerifyOptions,
  VerifyReport,
} from "../store-types.js";
import { asText } from "../text.js";
import { changesOf, StoreChangeEvent, StoreEvents } from "./events.js";
import { guardBackend, guardClock, guardLayers } from "./guard.js";
import { StoreSession, tell } from "./session.js";
import { toParts, toState } from "./state.js";

/** How often an update is tried again when others change the same image at the same time. */
const ATTEMPTS = 16;

const named = (name: Reference | string) => asText("name", String(name));
/** A copy: work begins after the call has returned, when the caller may have written other bytes there. */
const copyOf = (value: ImageConfig | Uint8Array) =>
  (value instanceof ImageConfig ? value.raw : asBytes(value)).slice();

/**
 * A store of images over any storage: configs by their digest, with parents, names, users and times. Ids are texts:
 * digests, or the 64 digits of one. Calls can overlap as they like; each change is made wholly or not at all. Each change
 * is told as an event `change`, whose `detail` is a `StoreChange`.
 *
 * @example
 * import { ImageStore, init } from "layerglass";
 * import { indexedDbBackend } from "layerglass/backends";
 * await init();
 * const store = await ImageStore.open(indexedDbBackend("images"));
 * const id = await store.create(config);
 * await store.tag("demo:1", id);
 * store.resolve("demo:1") === id; // true
 */
export class ImageStore extends StoreEvents implements AsyncIterable<string> {
  /** How the store was found when it was opened. */
  readonly report: OpenReport;
  /** Who keeps its layers, as it was opened. */
  readonly layers: LayerStore | undefined;
  readonly #session: StoreSession;

  private constructor(session: StoreSession, report: OpenReport, layers: LayerStore | undefined) {
    super();
    this.layers = layers;
    this.#session = session;
    this.report = report;
    const self = new WeakRef(this);
    session.subscribe((change) => self.deref()?.dispatchEvent(new StoreChangeEvent(change)));
  }

  /**
   * Opens a store, however damaged: what is wrong stands in `report`. What was committed and not finished is finished
   * first. Fails with `io` when the backend cannot be listed or locked.
   *
   * @example
   * using store = await ImageStore.open(mapBackend());
   * for (const { key, reason } of store.report.problems) console.warn(key, reason);
   */
  static async open(backend: Backend, options: StoreOptions = {}): Promise<ImageStore> {
    const { layers, layersByOs, platform, now, limits, module } = Object(options) as StoreOptions;
    const [guarded, clock] = [guardBackend(backend), guardClock(now)];
    const stores = Object.entries(layersByOs ?? {}).map(([os, store]) => guardLayers(store, os));
    if (layers) stores.push(guardLayers(layers));
    const host = toText("platform", platform ?? { os: "linux", architecture: "amd64" });
    try {
      const wasm = await storeWasm.start(module);
      const [handle, report] = await wasm.openStore(guarded, stores, host, limits, clock);
      return new ImageStore(new StoreSession(handle, wasm, stores), report, layers);
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  /** How far several writers can share the store, which its backend decides. */
  get concurrency(): Sharing {
    return this.#session.ask("concurrency");
  }

  /** How many images there are. */
  get size(): number {
    return this.#session.ask("size");
  }

  /**
   * Adds an image by its config's exact bytes, whose SHA-256 is its id. Its layers have to be there. An image that is there
   * already stays, and what the options say is added to it.
   *
   * @example
   * const child = await store.create(config, { parent: base, builtLocally: true });
   */
  async create(config: ImageConfig | Uint8Array, options: CreateOptions = {}): Promise<string> {
    const { parent, builtLocally = false } = options;
    return this.#session.run("create", [copyOf(config), parent, builtLocally]);
  }

  /**
   * Adds several images and gives names, in one commit: all of it, or nothing. The layers and the parent of each have to be there,
   * or the parent to be added with it. What is said of an image that is there already is added to it.
   *
   * @example
   * await store.addAll([{ config }], [{ name: "demo:1", id, policy: "refuse" }]);
   */
  async addAll(images: Iterable<ImageToAdd>, names: Iterable<NameToAdd> = []): Promise<AddReport> {
    const report = await this.#session.run("addAll", [
      Array.from(images, ({ config, parent, builtLocally }) => [
        copyOf(config),
        parent,
        builtLocally === true,
      ]),
      Array.from(names, ({ name, id, policy = "move" }) => [named(name), asText("id", id), policy]),
    ]);
    return {
      images: report.images.map(([id, isNew]) => ({ id, isNew })),
      names: report.names,
      kept: report.kept.map(([reference, id]) => ({ reference, id })),
    };
  }

  /**
   * An image's config, read and checked against its id: `not_found` or `corrupt` otherwise.
   *
   * @example
   * (await store.get(id)).platform.architecture;
   */
  async get(id: string): Promise<ImageConfig> {
    return ImageConfig.parse(await this.raw(id));
  }

  /** The exact bytes of an image's config, checked against its id. */
  async raw(id: string): Promise<Uint8Array> {
    return this.#session.run("raw", [asText("id", id)]);
  }

  /** Is the image there and whole? */
  contains(id: string): boolean {
    return this.#session.ask("contains", asText("id", id));
  }

  /** The one image whose id starts with a text; `not_found`, or `ambiguous` with the `candidates`. */
  search(prefix: string): string {
    return this.#session.ask("search", asText("prefix", prefix));
  }

  /**
   * The image that a text stands for: a name, an id, or the first digits of one.
   *
   * @example
   * store.resolve("redis"); // what `redis:latest` is
   * store.resolve("2cf24dba5fb0", { order: "ids" });
   */
  resolve(text: string, options: ResolveOptions = {}): string {
    const { order = "names-first", repositoryIds = false } = options;
    return this.#session.ask("resolve", asText("text", text), order, repositoryIds === true);
  }

  /**
   * Deletes an image with its names and everything kept beside it; it need not be readable. Refused with `in_use` and the
   * `users` or the `children` while somebody uses it, or images that were made from it are there.
   *
   * @example
   * const { deleted, untagged, freed } = await store.delete(id, { children: "cascade" });
   */
  async delete(id: string, policy: DeletePolicy = {}): Promise<DeleteReport> {
    const { children = "refuse", missingOk = false } = policy;
    return this.#session.run("delete", [asText("id", id), children, missingOk === true]);
  }

  /** The image that an image was made from, as far as it is there. */
  parent(id: string): string | undefined {
    return this.#session.ask("parent", asText("id", id));
  }

  /** The images that were made from an image, sorted. */
  children(id: string): string[] {
    return this.#session.ask("children", asText("id", id));
  }

  /** The images that an image was made from, nearest first. */
  ancestors(id: string): string[] {
    return this.#session.ask("ancestors", asText("id", id));
  }

  /** The images from which no other was made, sorted. */
  heads(): string[] {
    return this.#session.ask("heads");
  }

  /** All images that others were made from, with those others. */
  byParent(): Map<string, string[]> {
    return new Map(this.#session.ask("byParent"));
  }

  /** Says what an image was made from; `undefined` takes that back. `conflict` when it would be its own ancestor. */
  async setParent(id: string, parent: string | undefined): Promise<void> {
    return this.#session.run("setParent", [asText("id", id), parent]);
  }

  /** All images, sorted. */
  list(): string[] {
    return this.#session.ask("list");
  }

  /** All images, sorted, while the store may change. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, void> {
    for (let id = this.#after(); id !== undefined; id = this.#after(id)) yield id;
  }

  #after(id?: string): string | undefined {
    return this.#session.ask("nextAfter", id);
  }

  /** Images that are there and cannot be used, with the reason. */
  damaged(): Problem[] {
    return this.#session.ask("damaged");
  }

  /** Notes the present time as that of the image's last change. */
  async touch(id: string): Promise<void> {
    return this.#session.run("touch", [asText("id", id)]);
  }

  /** When the image was last changed, RFC 3339, as far as that was noted. */
  async lastUpdated(id: string): Promise<string | undefined> {
    return this.#session.run("lastUpdated", [asText("id", id)]);
  }

  /** Was the image built here? */
  async isBuiltLocally(id: string): Promise<boolean> {
    return this.#session.run("isBuiltLocally", [asText("id", id)]);
  }

  /** Notes that the image was built here. */
  async setBuiltLocally(id: string): Promise<void> {
    return this.#session.run("setBuiltLocally", [asText("id", id)]);
  }

  /** What the caller keeps beside an image under a name. */
  async metadata(id: string, name: string): Promise<Uint8Array | undefined> {
    return this.#session.run("metadata", [asText("id", id), asText("name", name)]);
  }

  /** Keeps bytes beside an image under a name; `undefined` deletes them. */
  async setMetadata(id: string, name: string, value: Uint8Array | undefined): Promise<void> {
    const bytes = value === undefined ? undefined : copyOf(value);
    return this.#session.run("setMetadata", [asText("id", id), asText("name", name), bytes]);
  }

  /**
   * Gives an image a name, `latest` where it has no tag. Without `force` the name of another image is a `conflict`.
   *
   * @example
   * await store.tag("registry.example/demo:1", id, { force: true });
   */
  async tag(name: Reference | string, id: string, options: { readonly force?: boolean } = {}) {
    const { force = false } = options;
    return this.#session.run("tag", [named(name), asText("id", id), force === true]);
  }

  /** Gives an image a name by digest. It never moves to another image. */
  async addDigest(name: Reference | string, id: string): Promise<NameChange> {
    return this.#session.run("addDigest", [named(name), asText("id", id)]);
  }

  /** Takes a name away. */
  async untag(name: Reference | string): Promise<NameChange> {
    return this.#session.run("untag", [named(name)]);
  }

  /** Takes all names of a repository away, and says which. */
  async untagRepository(name: Reference | string): Promise<NameChange[]> {
    return this.#session.run("untagRepository", [named(name)]);
  }

  /** Takes all names of an image away, and says which. */
  async untagAll(id: string): Promise<NameChange[]> {
    return this.#session.run("untagAll", [asText("id", id)]);
  }

  /** Every name, in full, with its image. */
  names(): Map<string, string> {
    return new Map(this.#session.ask("names"));
  }

  /** The names of an image, in full, sorted. */
  namesOf(id: string): string[] {
    return this.#session.ask("namesOf", asText("id", id));
  }

  /** The names of a repository, in full, with their images. */
  repository(name: Reference | string): Map<string, string> {
    return new Map(this.#session.ask("repository", named(name)));
  }

  /** What to call an image: its first name as Docker shows it, or the first twelve digits of its id. */
  displayName(id: string): string {
    return this.#session.ask("displayName", asText("id", id));
  }

  /**
   * Borrows an image for a user, who then stands in the way of its deletion. A user counts once.
   *
   * @example
   * await store.lease(id, "preview", { expires: new Date(Date.now() + 3_600_000) });
   */
  async lease(id: string, user: string, options: LeaseOptions = {}): Promise<void> {
    const { persist = true, expires } = options;
    const seconds = expires === undefined ? undefined : Math.ceil(Number(expires) / 1000);
    if (Number.isNaN(seconds))
      throw new LayerglassError({ kind: "invalid", code: "argument", message: "`expires` is a Date" });
    return this.#session.run("lease", [asText("id", id), asText("user", user), persist === true, seconds]);
  }

  /** Gives an image back for a user. False when the user did not have it. */
  async returnLease(id: string, user: string): Promise<boolean> {
    return this.#session.run("returnLease", [asText("id", id), asText("user", user)]);
  }

  /** Who uses an image, sorted. */
  async users(id: string): Promise<string[]> {
    return this.#session.run("users", [asText("id", id)]);
  }

  /** What can be changed about an image, as it is: a copy. */
  async state(id: string): Promise<ImageState> {
    return toState(await this.#session.run("state", [asText("id", id)]));
  }

  /**
   * Changes several things about an image at once: `change` gets a copy of its state and may take its time. All of it is
   * written, or nothing when `change` throws. When others changed the image meanwhile, `change` runs again.
   *
   * @example
   * await store.update(id, async (state) => {
   *   state.names.add("docker.io/library/demo:2");
   *   state.metadata.set("note", await fetchNote());
   * });
   */
  async update(id: string, change: (state: ImageState) => unknown): Promise<ImageState> {
    const image = asText("id", id);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.#session.run("state", [image]);
      const state = toState(before);
      await change(state);
      const after = toParts(state);
      if (await this.#session.run("writeState", [image, before, after])) return toState(after);
    }
    const message = `image ${image} was changed by others ${ATTEMPTS} times in a row`;
    throw new LayerglassError({ kind: "conflict", code: "store-contended", message });
  }

  /**
   * Reads and hashes every config again, and looks at layers, parents, users and names. Changes nothing.
   *
   * @example
   * const { problems } = await store.verify({ onProgress: (key, problem) => console.log(key, problem?.kind) });
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { onProgress, signal } = options;
    const progress =
      onProgress && ((key: string, problem: Problem | undefined) => tell(onProgress, key, problem));
    return this.#session.run("verify", [progress], signal);
  }

  /** What `repair` would do about problems that opening or verifying reported; nothing is changed. */
  planRepair(problems: readonly Problem[] = this.report.problems): RepairPlan {
    return this.#session.plan(Array.from(problems));
  }

  /**
   * Does what a plan says, all of it or nothing, and reads everything anew.
   *
   * @example
   * const { problems } = await store.repair(store.planRepair());
   */
  async repair(plan: Pick<RepairPlan, "actions">): Promise<RepairReport> {
    return this.#session.run("repair", [Array.from(plan.actions, (action) => ({ ...action }))]);
  }

  /**
   * Removes what nothing refers to: what is kept of images that are not there, leases that have ended, and what the
   * options add to that.
   *
   * @example
   * const { bytes } = await store.gc({ dryRun: true, unnamedImages: true });
   */
  async gc(options: GcOptions = {}): Promise<GcReport> {
    const { dryRun = false, unnamedImages = false, damaged = false } = options;
    return this.#session.run("gc", [dryRun === true, unnamedImages === true, damaged === true]);
  }

  /** Reads everything anew, so that what others changed is known; the problems are those that opening would report. */
  async reload(): Promise<Problem[]> {
    return this.#session.run("reload", []);
  }

  /** Writes the names in the current form; matters only where they were read from an older file. */
  async flush(): Promise<void> {
    return this.#session.run("flush", []);
  }

  /**
   * Changes one after the other, from this call on, until the signal or the store ends them.
   *
   * @example
   * for await (const change of store.changes()) console.log(change.type);
   */
  changes(signal?: AbortSignal): AsyncGenerator<StoreChange, void, void> {
    return changesOf(this, this.#session.ended, signal);
  }

  /** Ends the store: every call, also one under way, ends with `aborted`. What was begun is done wholly or not at all. */
  close(): void {
    this.#session.close();
  }

  /** The same as `close`. */
  free(): void {
    this.close();
  }

  /** The same as `close`: for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}
