/** Trees of a worker, whichever module made them, and calls on them by name. */

import type { TreeCalls, TreeData, TreeOperations } from "../archive/protocol.js";
import type { FilterArguments } from "../archive/tree-filter.js";
import type { TreeHandle } from "../bindings.js";
import { LayerglassError } from "../error.js";
import type { Handlers } from "./serve.js";

type Call = {
  [Name in keyof TreeCalls]: (tree: TreeHandle, args: TreeCalls[Name]["args"]) => TreeCalls[Name]["result"];
};

const CALLS: Call = {
  page: (tree, [offset, limit]) => tree.page(offset, limit),
  setExpanded: (tree, [id, expanded]) => void tree.setExpanded(id, expanded),
  expandAll: (tree, [maxRows]) => void tree.expandAll(maxRows),
  reveal: (tree, [path]) => tree.reveal(path),
  revealRow: (tree, [id]) => tree.revealRow(id),
  find: (tree, [from, start]) => tree.find(from, start),
  children: (tree, [id, offset, limit]) => tree.children(id, offset, limit),
  row: (tree, [id]) => tree.row(id),
  sort: (tree, [key, descending]) => void tree.sort(key, descending),
  filter: (tree, [criteria, nodes]) => void tree.filter(...(criteria as Mutable<FilterArguments>), nodes),
  setFlat: (tree, [flat]) => void tree.setFlat(flat),
  paths: (tree, [from, limit]) => tree.paths(from, limit),
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The trees that a worker holds. */
export class Trees {
  readonly #trees = new Map<number, TreeHandle>();
  #next = 0;

  /** Keeps a tree until it is closed. */
  add(handle: TreeHandle): TreeData {
    const tree = this.#next++;
    this.#trees.set(tree, handle);
    return { tree, totals: handle.totals(), ...this.#state(handle) };
  }

  /** What the worker answers for its trees. */
  readonly handlers: Handlers<TreeOperations> = {
    treeCall: async ({ tree, call, args }) => {
      const handle = this.#trees.get(tree);
      if (!handle)
        throw new LayerglassError({ kind: "aborted", code: "closed", message: "the tree has been closed" });
      // The caller's thread has typed the arguments.
      const run = CALLS[call] as (tree: TreeHandle, args: readonly unknown[]) => unknown;
      const value = run(handle, args);
      const transfer = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [];
      return { value: { value, ...this.#state(handle) }, transfer };
    },
    closeTree: async ({ tree }) => {
      this.#trees.get(tree)?.free();
      this.#trees.delete(tree);
      return { value: undefined };
    },
  };

  #state(handle: TreeHandle): { readonly length: number; readonly matches: number } {
    return { length: handle.length(), matches: handle.matches() };
  }
}
