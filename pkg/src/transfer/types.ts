import type { Compression, Finding, Size } from "../types.js";

export type { StreamOptions, TransferStream } from "../jobs/types.js";

/**
 * Layouts that images are written in: as `docker save` of Docker 1.10 to 24 writes it (`docker`), as that of Docker 25 and later
 * does (`docker-oci`), or an OCI image layout (`oci`).
 */
export type ImageFormat = "docker" | "docker-oci" | "oci";

/** In which form images are written. */
export interface WriteSettings {
  readonly format: ImageFormat;
  /** What layers are compressed with anew, or `none` for plain tars; by default they stay as they are where the layout can hold them so. */
  readonly compression?: "none" | "gzip" | "zstd";
  /** How hard the compression tries; by default as usual. */
  readonly level?: number;
  /** Whether manifests of Docker stay as they are where they can (`keep`, the default) or get the media types of the OCI. */
  readonly manifests?: "keep" | "oci";
}

/** An image that was written. */
export interface WrittenImage {
  /** Position among the images that were meant. */
  readonly index: number;
  readonly id?: string;
  /** Its full names. */
  readonly names: readonly string[];
  /** Digest of the manifest that was written; none in the layout of Docker 1.10 to 24. */
  readonly manifest?: string;
  /** Digest of the manifest that it had, where that is another. */
  readonly replaced?: string;
}

/** A layer that was written. */
export interface WrittenLayer {
  /** Digest of the tar. */
  readonly diffId: string;
  /** Digest and size of what was read. */
  readonly stored: string;
  readonly storedSize: Size;
  /** Digest and size of what was written. */
  readonly written: string;
  readonly writtenSize: Size;
}

/** Something that was left out. */
export interface Dropped {
  /** A digest or a name. */
  readonly what: string;
  /** Why, in kebab-case. */
  readonly reason: string;
}

/** What was written. */
export interface WriteReport {
  readonly images: readonly WrittenImage[];
  /** Each layer once. */
  readonly layers: readonly WrittenLayer[];
  readonly dropped: readonly Dropped[];
}

/** A layer that was copied out. */
export interface CopiedLayer {
  /** Digest and size of the uncompressed tar. */
  readonly diffId: string;
  readonly tarSize: Size;
  /** Digest and size of the bytes that came out. */
  readonly digest: string;
  readonly size: Size;
  readonly compression: Compression;
}

/** What became of layers that were made one. */
export interface TarReport {
  /** Entries of the layers, and bytes of their regular files. */
  readonly entriesBefore: Size;
  readonly contentBefore: Size;
  /** Entries that were written, deletion marks included, and bytes of regular files. */
  readonly entries: Size;
  readonly content: Size;
  /** Deletion marks that were written. */
  readonly whiteouts: Size;
  /** Paths that a pattern left out, and bytes of the regular files among them. */
  readonly dropped: Size;
  readonly droppedContent: Size;
  /** Files whose contents come from a layer below, because what a hard link led to there is gone. */
  readonly broughtUp: Size;
  readonly findings: readonly Finding[];
  /** Findings that were not kept. */
  readonly moreFindings: Size;
}
