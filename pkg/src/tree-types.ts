/** Rows and totals of file trees, as plain data. */

import type { Finding, Size } from "./types.js";

/** What kind of thing an entry of a file tree is. */
export type NodeKind = "file" | "directory" | "symlink" | "char" | "block" | "fifo";

/** What a layer did to a path. */
export type Change = "unchanged" | "added" | "modified" | "removed";

/** Ways in which a modified path differs from before. */
export type Aspect = "type" | "contents" | "size" | "mode" | "owner" | "time" | "xattrs" | "target";

/** One row of a file tree. */
export interface TreeRow {
  /** Stable within one tree. */
  readonly id: number;
  /** The id of the folder that holds it; 0 for what stands at the top. */
  readonly parent: number;
  /** The root's own children have depth 0; all rows of a flat list have. */
  readonly depth: number;
  /** Last component, with what is not UTF-8 replaced by U+FFFD. */
  readonly name: string;
  /** Full path without a leading slash, likewise. */
  readonly path: string;
  /** The name's bytes, present when they are not UTF-8. */
  readonly nameBytes?: Uint8Array;
  readonly kind: NodeKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner?: string;
  readonly group?: string;
  /** Bytes of a regular file as unpacked. */
  readonly size: Size;
  /** Bytes of all regular files at and below it. Hard links count once for each name. */
  readonly totalSize: Size;
  /** Seconds since 1970, with the fraction. */
  readonly mtime: number;
  /** Target of a symbolic link. */
  readonly target?: string;
  /** Names that share the contents (1 for a file without hard links). */
  readonly links: number;
  readonly device?: readonly [major: number, minor: number];
  readonly xattrs?: readonly (readonly [name: string, value: Uint8Array])[];
  /** Position, in the image's layers, of the layer that wrote it last. */
  readonly layer: number;
  /** True for a directory that no layer lists. */
  readonly implied: boolean;
  /** What the tree's last layer did to it. */
  readonly change: Change;
  /** For `modified`: what differs. Empty when it was written again with nothing changed. */
  readonly aspects: readonly Aspect[];
  /** For `modified` files: are the contents those of before? `probably-same` compares 128-bit XXH3. */
  readonly contents?: "same" | "probably-same" | "different" | "unknown";
  /** XXH3-128 of the contents, in hex. */
  readonly xxh3?: string;
  /** SHA-256 of the contents, in hex; present after `scan({ contents: "sha256" })`. */
  readonly sha256?: string;
  /** Place among the siblings that this view shows, counted from 1; in a flat list among all rows. */
  readonly position: number;
  /** How many siblings this view shows, this row counted too. */
  readonly siblings: number;
  /** Children that this view shows; none in a flat list. */
  readonly children: number;
  readonly expanded: boolean;
}

/** Totals of a file tree. */
export interface TreeTotals {
  readonly entries: number;
  readonly files: number;
  readonly directories: number;
  readonly symlinks: number;
  readonly devices: number;
  /** Bytes of regular files, hard links once. */
  readonly fileBytes: Size;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  /** Findings made while the layers were merged. */
  readonly findings: readonly Finding[];
}
