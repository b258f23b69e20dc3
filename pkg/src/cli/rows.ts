/** Rows of file trees, on their way out. */
import type { FileTree } from "../archive/file-tree.js";
import type { TreeRow } from "../types.js";

/** Rows that are asked for at a time. */
const PAGE = 5000;
/** More rows than any tree has. */
const MOST_ROWS = 0xffff_ffff;

/** All rows of a tree, in its order. */
export async function* allRows(tree: FileTree, signal: AbortSignal): AsyncGenerator<TreeRow> {
  await tree.expandAll(MOST_ROWS);
  for (let at = 0; at < tree.length; at += PAGE) {
    signal.throwIfAborted();
    yield* await tree.page(at, PAGE);
  }
}

/** Those that a filter means, in the order of the tree, without the folders around them. */
export async function* meantRows(tree: FileTree, signal: AbortSignal): AsyncGenerator<TreeRow> {
  // As a list the tree shows nothing else, but in the order of names.
  const folders = new Set<number>();
  await tree.setFlat(true);
  for await (const { kind, id } of allRows(tree, signal)) if (kind === "directory") folders.add(id);
  await tree.setFlat(false);
  for await (const row of allRows(tree, signal))
    if (row.kind !== "directory" || folders.has(row.id)) yield row;
}

/** Those that are not as they were. */
export async function* changedRows(tree: FileTree, signal: AbortSignal): AsyncGenerator<TreeRow> {
  for await (const row of allRows(tree, signal)) if (row.change !== "unchanged") yield row;
}

/** A row without what belongs to the view; bytes as Base64. */
export function plainRow(row: TreeRow): object {
  const { id, parent, depth, position, siblings, children, expanded, name, nameBytes, xattrs, ...rest } = row;
  return {
    ...rest,
    ...(nameBytes && { nameBase64: Buffer.from(nameBytes).toString("base64") }),
    ...(xattrs && {
      xattrs: xattrs.map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    }),
  };
}
