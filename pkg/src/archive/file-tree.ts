import { checkCount } from "../checks.js";
import { abortedError, LayerglassError, throwIfAborted } from "../error.js";
import type { TreeRow, TreeTotals } from "../types.js";
import type { Matching } from "./matching.js";
import type { TreeSortKey } from "./options.js";
import type { TreeCalls, TreeData, TreeOperations } from "./protocol.js";
import { notify } from "./throttle.js";
import { type FilterOptions, readFilter, type TreeFilter } from "./tree-filter.js";

/**
 * The worker that holds trees, and what helps it to filter them. Any worker can be one: see `Trees`.
 *
 * @internal
 */
export interface TreeHost {
  call(params: TreeOperations["treeCall"]["params"]): Promise<TreeOperations["treeCall"]["result"]>;
  close(tree: number): Promise<unknown>;
  readonly matching: Matching;
}

/** The archives of trees: one that nobody refers to is closed, and its trees would be with it. */
const owners = new WeakMap<FileTree, object>();

/** Trees that nobody refers to any more give their memory back. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/**
 * A tree of files in a worker: rows leave it by the page. Folders are shown closed until they are expanded.
 *
 * @example
 * using tree = await archive.tree(0);
 * const top = await tree.page(0, 100);
 * await tree.setExpanded(top[0].id, true);
 * console.log(tree.length);
 */
export class FileTree {
  readonly totals: TreeTotals;
  readonly #host: TreeHost;
  readonly #tree: number;
  #length: number;
  #matches: number;
  #closed = false;
  /** The filter that is being worked out. */
  #filtering: AbortController | undefined;

  /** @internal */
  constructor(owner: object, host: TreeHost, { tree, totals, length, matches }: TreeData) {
    owners.set(this, owner);
    this.#host = host;
    this.#tree = tree;
    this.#length = length;
    this.#matches = matches;
    this.totals = totals;
    forgotten.register(this, closer(host, tree), this);
  }

  /** Rows that are visible now; every answer brings it up to date. */
  get length(): number {
    return this.#length;
  }

  /**
   * Paths that meet the filter's criteria, and without a filter all; folders that are shown only because of what is in them do
   * not count. Every answer brings it up to date.
   */
  get matches(): number {
    return this.#matches;
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

  /**
   * Opens the folders above a path, or above the row with an id, and gives the position of its row; −1 when there is none. A
   * name that is not UTF-8 is found by its row's id only.
   */
  reveal(where: string | number): Promise<number> {
    return typeof where === "number" ? this.#call("revealRow", where) : this.#call("reveal", where);
  }

  /** The position of the next row from `from` on, and round past the end, whose name begins with the text, in any case; or −1. */
  find(start: string, from = 0): Promise<number> {
    return this.#call("find", from, start);
  }

  /** Children of a row, whether it is expanded or not. The root has the id 0. */
  children(id: number, offset: number, limit: number): Promise<TreeRow[]> {
    return this.#call("children", id, offset, limit);
  }

  /** One row by its id; nothing when there is none. */
  row(id: number): Promise<TreeRow | undefined> {
    return this.#call("row", id);
  }

  /** Sorts the rows of each folder, or of the flat list as a whole. Equal rows stand by name, or in a list by path. */
  sort(key: TreeSortKey, descending = false): Promise<void> {
    return this.#call("sort", key, descending);
  }

  /**
   * Makes the rows a flat list of paths, without the folders around what a filter has left; or a tree again, with the folders
   * open that were.
   *
   * @example
   * await tree.setFlat(true);
   * await tree.sort("size", true);
   * const largest = await tree.page(0, 10);
   */
  setFlat(flat: boolean): Promise<void> {
    return this.#call("setFlat", flat);
  }

  /**
   * Shows only what meets the criteria, with the folders above it; a text stands for paths that contain it, in any case. An empty
   * text shows all. When it fails, the tree stays as it was; a filter that is asked for while one is worked out ends that one
   * with `aborted`.
   *
   * Throws `invalid` for what is no criterion, pattern or expression, and `limit` when an expression takes longer than
   * `filterMilliseconds`.
   *
   * @example
   * await tree.filter({ glob: "*.so*", size: { min: 1_000_000 } });
   * console.log(tree.matches, await tree.page(0, 100));
   */
  async filter(filter: string | TreeFilter, { signal, onMatched }: FilterOptions = {}): Promise<void> {
    const { criteria, expression } = readFilter(filter);
    throwIfAborted(signal);
    this.#filtering?.abort();
    if (!expression) {
      notify(onMatched, undefined);
      return this.#call("filter", criteria);
    }
    const filtering = new AbortController();
    this.#filtering = filtering;
    const abort = () => filtering.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const paths = (from: number, limit: number) => this.#call("paths", from, limit);
      const nodes = await this.#host.matching.run(expression, paths, filtering.signal);
      if (filtering.signal.aborted) throw abortedError(filtering.signal.reason);
      notify(onMatched, undefined);
      await this.#call("filter", criteria, nodes);
    } finally {
      signal?.removeEventListener("abort", abort);
      if (this.#filtering === filtering) this.#filtering = undefined;
    }
  }

  /** Gives the tree's memory back; further calls throw `aborted`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#filtering?.abort();
    forgotten.unregister(this);
    closer(this.#host, this.#tree)();
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
    const { value, length, matches } = await this.#host.call({ tree: this.#tree, call, args });
    this.#length = length;
    this.#matches = matches;
    return value as TreeCalls[Call]["result"];
  }
}

/** Closes a tree in the worker, if that still runs; it must not refer to the `FileTree`. */
function closer(host: TreeHost, tree: number): () => void {
  return () => void host.close(tree).catch(() => {});
}
