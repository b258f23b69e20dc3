/** References, configs and manifests as plain data. */
import type { HistoryStep, PlatformData, RunConfigData, Size } from "./types.js";

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
