/** Calls on a tree, by name. */

import type { TreeCalls } from "../archive/protocol.js";
import type { TreeHandle } from "../bindings.js";

type Call = {
  [Name in keyof TreeCalls]: (tree: TreeHandle, args: TreeCalls[Name]["args"]) => TreeCalls[Name]["result"];
};

const CALLS: Call = {
  page: (tree, [offset, limit]) => tree.page(offset, limit),
  setExpanded: (tree, [id, expanded]) => void tree.setExpanded(id, expanded),
  expandAll: (tree, [maxRows]) => void tree.expandAll(maxRows),
  reveal: (tree, [path]) => tree.reveal(path),
  children: (tree, [id, offset, limit]) => tree.children(id, offset, limit),
  row: (tree, [id]) => tree.row(id),
  sort: (tree, [key, descending]) => void tree.sort(key, descending),
  filter: (tree, [text]) => void tree.filter(text),
};

/** Runs one call; the caller's thread has typed the arguments. */
export function callTree(tree: TreeHandle, call: keyof TreeCalls, args: readonly unknown[]): unknown {
  return (CALLS[call] as (tree: TreeHandle, args: readonly unknown[]) => unknown)(tree, args);
}
