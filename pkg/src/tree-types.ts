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
  /** The root's own children have depth 0. */
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
  /** Children that this view shows. */
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

/** A parsed reference as plain data. */
export interface ReferenceData {
  /** Registry host, with its port; absent when the reference was not normalised and names none. */
  readonly domain?: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
  /** The whole reference, written out. */
  readonly canonical: string;
  /** The same, shortened as Docker shows it. */
  readonly familiar: string;
  /** What it consists of: name, tag and digest; name and tag; name and digest; name alone; digest alone. */
  readonly kind: "reference" | "tagged" | "canonical" | "repository" | "digest";
}

/** The layers that an image's config declares. */
export interface RootFsData {
  readonly type: string;
  /** Digest of each layer's uncompressed tar, lowest first. */
  readonly diffIds: readonly string[];
  /** Digest of each stack of layers, lowest first. */
  readonly chainIds: readonly string[];
}

/** An image's config as plain data. */
export interface ImageConfigData {
  /** Digest of the config's exact bytes. */
  readonly id: string;
  readonly platform: PlatformData;
  /** RFC 3339, as the config has it. */
  readonly created?: string;
  readonly author?: string;
  readonly config: RunConfigData;
  readonly history: readonly HistoryStep[];
  readonly rootFs: RootFsData;
}

/** The limits that keep hostile input from growing without bound. What is left out keeps its default. */
export interface Limits {
  /** Length of one JSON document in bytes; 20 MiB. */
  readonly jsonBytes?: number;
  /** Nesting of one JSON document; 128. It can be lowered, not raised. */
  readonly jsonDepth?: number;
  /** Entries of an archive file or files of a folder; 1,000,000. */
  readonly archiveEntries?: number;
  /** Entries of one layer; 10,000,000. */
  readonly layerEntries?: number;
  /** Bytes of one extended header; 1 MiB. */
  readonly headerBytes?: number;
  /** Bytes of one path inside a layer; 32 KiB. */
  readonly pathBytes?: number;
  /** Components of one path inside a layer; 2,048. */
  readonly pathDepth?: number;
  /** Symbolic links followed while one path is resolved; 40. */
  readonly symlinks?: number;
  /** Data fragments of one sparse file; 100,000. */
  readonly sparseFragments?: number;
  /** Bytes of holes in one layer that are hashed as zeros; 16 GiB. */
  readonly sparseBytes?: number;
  /** Bytes that one compressed stream may unpack to; 1 TiB. */
  readonly unpackedBytes?: number;
  /** Unpacked bytes for each stored byte; 250. */
  readonly expansionRatio?: number;
  /** Unpacked bytes below which the ratio is not looked at; 256 MiB. */
  readonly expansionFloor?: number;
  /** Window of a zstd frame or dictionary of an xz stream in bytes; 128 MiB. */
  readonly windowBytes?: number;
  /** Images listed by one archive; 10,000. */
  readonly images?: number;
  /** Levels of indexes within indexes; 8. */
  readonly indexDepth?: number;
  /** Findings kept for one layer or archive; 1,000. */
  readonly findings?: number;
}

/** What a manifest says of a blob. */
export interface DescriptorData {
  readonly mediaType: string;
  /** As written, whatever the algorithm. */
  readonly digest: string;
  readonly size: Size;
  readonly platform?: PlatformData;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly urls?: readonly string[];
  /** The blob itself, where it is small. */
  readonly data?: Uint8Array;
}

/** Which kind of manifest a document is. */
export type ManifestKind =
  | "ociManifest"
  | "ociIndex"
  | "dockerManifest"
  | "dockerList"
  | "schema1"
  | "schema1Signed";

/** A manifest or index of any kind as plain data. What its kind does not have is absent. */
export interface ManifestData {
  readonly kind: ManifestKind;
  /** What it declares, or else the media type of its kind. */
  readonly mediaType: string;
  /** The digest that names it. */
  readonly digest: string;
  /** What it is, for an artifact. */
  readonly artifactType?: string;
  readonly config?: DescriptorData;
  /** Lowest first. */
  readonly layers?: readonly DescriptorData[];
  /** What an index lists. */
  readonly manifests?: readonly DescriptorData[];
  /** The manifest that this one is about. */
  readonly subject?: DescriptorData;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of schema 1: name of the repository. */
  readonly name?: string;
  /** Of schema 1. */
  readonly tag?: string;
  /** Of schema 1. */
  readonly architecture?: string;
  /** Of schema 1: digests of the stored layers, lowest first. */
  readonly blobSums?: readonly string[];
  /** Of schema 1: the v1 document of each layer as text, lowest first. */
  readonly v1Compatibility?: readonly string[];
}
