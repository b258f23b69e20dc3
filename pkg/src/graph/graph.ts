import { asBytes } from "../bytes.js";
import { toError } from "../error.js";
import { graphWasm } from "../graph-module.js";
import type { Backend } from "../store-types.js";
import { asText } from "../text.js";
import type { Size } from "../types.js";
import { OperationsSession, world } from "./session.js";
import { openTags, type TagStore } from "./tag-store.js";
import type {
  GraphDelete,
  GraphImage,
  GraphOptions,
  GraphProblem,
  GraphReport,
  LayerInput,
  NewImage,
  SkeletonEntry,
  TagStoreOptions,
} from "./types.js";

const EMPTY = new Uint8Array();
const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));

/**
 * A graph of layers as Docker had it up to version 1.9: each with a JSON document under an id of its own. A name is an id or
 * the beginning of one; a whole id goes before the beginning of another. Layers are kept as they were given, in records of
 * the same backend.
 *
 * @example
 * import { mapBackend } from "layerglass/backends";
 * import { Graph } from "layerglass/graph";
 * using graph = await Graph.open(mapBackend());
 * await graph.register("base", new TextEncoder().encode('{"id":"base"}'), tar);
 * (await graph.get("ba")).id; // "base"
 */
export class Graph implements AsyncIterable<GraphImage> {
  /** How the graph was found when it was opened. */
  readonly report: GraphReport;
  readonly #session: OperationsSession;

  private constructor(session: OperationsSession, report: GraphReport) {
    this.#session = session;
    this.report = report;
  }

  /**
   * Opens a graph, however damaged: what is wrong stands in `report`. What interrupted changes left behind is cleared up.
   *
   * @example
   * using graph = await Graph.open(indexedDbBackend("graph"));
   * for (const { id, reason } of graph.report.problems) console.warn(id, reason);
   */
  static async open(backend: Backend, options: GraphOptions = {}): Promise<Graph> {
    const { platform, now, limits, module, dockerVersion = "" } = Object(options) as GraphOptions;
    const { backend: guarded, host, clock, random } = world(backend, platform, now);
    try {
      const wasm = await graphWasm.start(module);
      const version = asText("dockerVersion", dockerVersion);
      const [handle, report] = await wasm.openGraph(guarded, host, limits, clock, random, version);
      return new Graph(new OperationsSession(handle, "graph"), report);
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  /**
   * Adds a layer under an id, with a document that is kept byte for byte. `conflict` when there is such a layer or the document
   * is that of another one; nothing that was there is touched, whatever happens.
   *
   * @example
   * await graph.register(id, document, response.body);
   */
  async register(id: string, document: Uint8Array, layer?: LayerInput): Promise<GraphImage> {
    return this.#session.run("register", [asText("id", id), asBytes(document)], layer ?? EMPTY);
  }

  /**
   * Makes an image of a layer under a new id.
   *
   * @example
   * const { id } = await graph.create({ comment: "a remark", config: { Cmd: ["sh"] } }, tar);
   */
  async create(image: NewImage = {}, layer?: LayerInput): Promise<GraphImage> {
    const { comment, author, config, container } = image;
    const values = [comment, author, container?.id, container?.image, json(container?.config), json(config)];
    return this.#session.run("create", values, layer ?? EMPTY);
  }

  /** A layer by its name: `not_found`, `ambiguous` with the `candidates`, or `corrupt`. */
  async get(name: string): Promise<GraphImage> {
    return this.#session.run("get", [asText("name", name)]);
  }

  /** Does a name stand for a layer that can be read? */
  async exists(name: string): Promise<boolean> {
    return this.#session.run("exists", [asText("name", name)]);
  }

  /** Deletes a layer, damaged or not. What stands on it stays and then stands on nothing. */
  async delete(name: string): Promise<GraphDelete> {
    return this.#session.run("delete", [asText("name", name)]);
  }

  /** All layers that can be read, sorted by id, and what is wrong with the others. */
  async list(): Promise<{ readonly images: GraphImage[]; readonly problems: GraphProblem[] }> {
    const [images, problems] = await this.#session.run<[GraphImage[], GraphProblem[]]>("list", []);
    return { images, problems };
  }

  /** All layers that can be read, sorted by id. */
  async *[Symbol.asyncIterator](): AsyncGenerator<GraphImage, void, void> {
    yield* (await this.list()).images;
  }

  /** By parent that is there: the ids of what stands on it. */
  async byParent(): Promise<Map<string, string[]>> {
    return new Map(await this.#session.run<[string, string[]][]>("byParent", []));
  }

  /** The ids of layers on which none stands. */
  async heads(): Promise<string[]> {
    return this.#session.run("heads", []);
  }

  /** A layer and those below it, itself first. `corrupt` when one of them is missing or it stands on itself. */
  async history(name: string): Promise<GraphImage[]> {
    return this.#session.run("history", [asText("name", name)]);
  }

  /** Bytes of a layer and all below it; `undefined` where one of them is not known. */
  async virtualSize(name: string): Promise<Size | undefined> {
    const { size } = await this.#session.run<{ size?: Size }>("virtualSize", [asText("name", name)]);
    return size;
  }

  /**
   * The bytes of a layer as it was given, piece by piece.
   *
   * @example
   * for await (const bytes of graph.layer(id)) hasher.update(bytes);
   */
  layer(name: string): AsyncGenerator<Uint8Array, void, void> {
    return this.#session.read("open", [asText("name", name)]);
  }

  /** The names of its images. */
  async tags(options: TagStoreOptions = {}): Promise<TagStore> {
    return openTags(this.#session, options);
  }

  /** What Docker puts between an image and a container. */
  async containerSkeleton(): Promise<SkeletonEntry[]> {
    return this.#session.run("skeleton", []);
  }

  /** Removes what interrupted writes left behind. Call it when nobody else works with the graph. */
  async sweep(): Promise<string[]> {
    return this.#session.run("sweep", []);
  }

  /** Ends the graph. Calls that are under way fail with `aborted`. */
  close(): void {
    this.#session.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
