import { asText } from "../text.js";
import type { OperationsSession } from "./session.js";
import type { GraphImage, TagStoreOptions } from "./types.js";

/** Only a graph makes one. */
let construct: (session: OperationsSession, key: string, isCurrent: boolean) => TagStore;

/**
 * Names of a graph's images, kept in one record that is read for each call and written at once.
 *
 * @example
 * const tags = await graph.tags();
 * await tags.set("busybox", "", "d159"); // an empty tag is `latest`
 * (await tags.lookup("busybox:latest")).id;
 */
export class TagStore {
  static {
    construct = (session, key, isCurrent) => new TagStore(session, key, isCurrent);
  }

  /** The key of the record. */
  readonly key: string;
  readonly #session: OperationsSession;
  readonly #isCurrent: boolean;

  private constructor(session: OperationsSession, key: string, isCurrent: boolean) {
    this.#session = session;
    this.key = key;
    this.#isCurrent = isCurrent;
  }

  #run<T>(operation: string, ...values: unknown[]): Promise<T> {
    return this.#session.run(`tags.${operation}`, [this.#isCurrent, this.key, ...values]);
  }

  /** Every repository with its tags and their ids. */
  async repositories(): Promise<Record<string, Record<string, string>>> {
    return this.#run("repositories");
  }

  /**
   * Gives an image, by its name or id, a tag, and gives the id of the image. A tag of another image is moved only with `force`;
   * otherwise it is a `conflict`.
   */
  async set(
    repository: string,
    tag: string,
    image: string,
    options: { readonly force?: boolean } = {},
  ): Promise<string> {
    const names = [asText("repository", repository), asText("tag", tag), asText("image", image)];
    return this.#run("set", ...names, options.force === true);
  }

  /** The tags of a repository with their ids; `undefined` when there is no such repository. */
  async get(repository: string): Promise<Record<string, string> | undefined> {
    return this.#run("get", asText("repository", repository));
  }

  /** The image of a repository that has a tag or, where none has it, an id that begins so. */
  async getImage(repository: string, tagOrId: string): Promise<GraphImage | undefined> {
    return this.#run("getImage", asText("repository", repository), asText("tagOrId", tagOrId));
  }

  /** The image that a text stands for: first a name, then `repository:id`, then an id. */
  async lookup(name: string): Promise<GraphImage> {
    return this.#run("lookup", asText("name", name));
  }

  /** By id: its names, sorted. */
  async byId(): Promise<Record<string, string[]>> {
    return this.#run("byId");
  }

  /** What to call an image: the first of its names, else the first twelve characters of its id. */
  async imageName(id: string): Promise<string> {
    return this.#run("imageName", asText("id", id));
  }

  /** Deletes a tag, or all of a repository for an empty one. */
  async delete(repository: string, tag = ""): Promise<void> {
    return this.#run("delete", asText("repository", repository), asText("tag", tag));
  }

  /** Deletes all names of an image, and gives them. */
  async deleteAll(id: string): Promise<string[]> {
    return this.#run("deleteAll", asText("id", id));
  }
}

/** The names of a graph. */
export async function openTags(session: OperationsSession, options: TagStoreOptions): Promise<TagStore> {
  const { key, form = "legacy" } = options;
  const isCurrent = form === "current";
  return construct(session, await session.run("tags.open", [isCurrent, key]), isCurrent);
}
