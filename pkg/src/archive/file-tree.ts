import { checkCount } from "../checks.js";
import { LayerglassError } from "../error.js";
import type { TreeRow, TreeTotals } from "../types.js";
import type { WorkerClient } from "./client.js";
import type { TreeSortKey } from "./options.js";
import type { SessionOperations, TreeCalls } from "./protocol.js";

type Store = WorkerClient<SessionOperations>;

/** The archives of trees: one that nobody refers to is closed, and its trees would be with it. */
const owners = new WeakMap<FileTree, object>();

/** Trees that nobody refers to any more give their memory back. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/**
 * A tree of files in the session worker: rows leave it by the page. Folders are shown closed until they are expanded.
 *
 * @example
 * using tree = await archive.tree(0);
 * const top = await tree.page(0, 100);
 * await tree.setExpanded(top[0].id, true);
 * console.log(tree.length);
 */
export class FileTree {
  readonly totals: TreeTotals;
  readonly #store: Store;
  readonly #tree: number;
  #length: number;
  #closed = false;

  /** @internal */
  constructor(owner: object, store: Store, tree: number, totals: TreeTotals, length: number) {
    owners.set(this, owner);
    this.#store = store;
    this.#tree = tree;
    this.#length = length;
    this.totals = totals;
    forgotten.register(this, closer(store, tree), this);
  }

  /** Rows that are visible now; every answer brings it up to date. */
  get length(): number {
    return this.#length;
  }

  /**
   * Visible rows from `offset` on.
   *
   * @example
   * for (const row of await tree.page(0, 50)) console.log("  ".repeat(row.depth) + row.name);
   */
  page(offset: number, limit: number): Promise<TreeRow[]> {
    return this.#call("page", offset, limit);
  }

  /** Opens or closes a folder. */
  setExpanded(id: number, expanded: boolean): Promise<void> {
    return this.#call("setExpanded", id, expanded);
  }

  /** Opens folders, uppermost first, until `maxRows` rows are visible. */
  expandAll(maxRows = 10_000): Promise<void> {
    return this.#call("expandAll", maxRows);
  }

  /** Opens the folders above a path and gives the position of its row; −1 when there is none. */
  reveal(path: string): Promise<number> {
    return this.#call("reveal", path);
  }

  /** Children of a row, whether it is expanded or not. The root has the id 0. */
  children(id: number, offset: number, limit: number): Promise<TreeRow[]> {
    return this.#call("children", id, offset, limit);
  }

  /** One row by its id; nothing when there is none. */
  row(id: number): Promise<TreeRow | undefined> {
    return this.#call("row", id);
  }

  /** Sorts the rows of each folder. */
  sort(key: TreeSortKey, descending = false): Promise<void> {
    return this.#call("sort", key, descending);
  }

  /** Shows only paths that contain the text, in any case, with the folders above them; empty text shows all. */
  filter(text: string): Promise<void> {
    return this.#call("filter", text);
  }

  /** Gives the tree's memory back; further calls throw `aborted`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    forgotten.unregister(this);
    closer(this.#store, this.#tree)();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #call<Call extends keyof TreeCalls>(
    call: Call,
    ...args: TreeCalls[Call]["args"]
  ): Promise<TreeCalls[Call]["result"]> {
    if (this.#closed)
      throw new LayerglassError({ kind: "aborted", code: "closed", message: "the tree has been closed" });
    // The wasm module would take anything for a number.
    for (const [at, arg] of args.entries())
      if (typeof arg === "number") checkCount(`argument ${at + 1}`, arg);
    const { value, length } = await this.#store.request("treeCall", { tree: this.#tree, call, args });
    this.#length = length;
    return value as TreeCalls[Call]["result"];
  }
}

/** Closes a tree in the worker, if that still runs; it must not refer to the `FileTree`. */
function closer(store: Store, tree: number): () => void {
  return () => void store.request("closeTree", { tree }).catch(() => {});
}
