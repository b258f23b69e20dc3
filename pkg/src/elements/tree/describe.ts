import type { NodeKind, TreeRow } from "../../archive.js";

/** The sign before a row, with its meaning for those who do not see it. */
export const SIGN: Readonly<Record<TreeRow["change"], { readonly sign: string; readonly word: string }>> = {
  unchanged: { sign: "", word: "" },
  added: { sign: "+", word: "added" },
  modified: { sign: "~", word: "modified" },
  removed: { sign: "\u2212", word: "removed" },
};

/** What a row is, in words. */
export const KIND: Readonly<Record<NodeKind, string>> = {
  file: "file",
  directory: "folder",
  symlink: "symbolic link",
  char: "character device",
  block: "block device",
  fifo: "named pipe",
};

/** What the layer did to a row: `added`, `contents, mode`, `written again, probably identical`. */
export function changeText(row: TreeRow): string {
  if (row.change !== "modified") return SIGN[row.change].word;
  const contents = contentsText(row);
  if (row.aspects.length === 0) return contents === "" ? "written again" : `written again, ${contents}`;
  const aspects = row.aspects.join(", ");
  return contents === "" || row.aspects.includes("contents") ? aspects : `${aspects}; contents ${contents}`;
}

/** `identical` only where SHA-256 was compared; with the short hash it is probable. */
function contentsText(row: TreeRow): string {
  switch (row.contents) {
    case "same":
      return "identical";
    case "probably-same":
      return "probably identical";
    default:
      return "";
  }
}
