/** References, sources, configs and manifests as plain data. */
import type { ErrorData, HistoryStep, PlatformData, RunConfigData, Size } from "./types.js";

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

/** Several names of one image, in the JSON form of singularity-cri. */
export interface ImageNamesData {
  readonly uri: string;
  readonly tags: readonly string[] | null;
  readonly digests: readonly string[] | null;
}

/** Which image of an archive or layout: the only one when neither is said. */
interface Selection {
  /** Its name. */
  readonly image?: string;
  /** Its place, counted from 0. */
  readonly index?: number;
}

/** Where an image is, as skopeo, podman and singularity write it. Names stand in full. */
export type Source =
  /** `docker://name`: a registry. With an unknown digest, `@@unknown-digest@@` follows the name. */
  | { readonly kind: "registry" | "registryUnknownDigest"; readonly name: string }
  /** `docker-daemon:name` */
  | { readonly kind: "daemon"; readonly name: string }
  /** `docker-daemon:algorithm:hex` */
  | { readonly kind: "daemonId"; readonly id: string }
  /** `docker-archive:path[:name | :@index]` */
  | ({ readonly kind: "dockerArchive"; readonly path: string } & Selection)
  /** `oci:path[:name | :@index]` */
  | ({ readonly kind: "ociLayout"; readonly path: string } & Selection)
  /** `oci-archive:path[:name | :@index]` */
  | ({ readonly kind: "ociArchive"; readonly path: string } & Selection)
  /** `dir:path` */
  | { readonly kind: "dir"; readonly path: string }
  /** `oras://name` */
  | { readonly kind: "oras"; readonly name: string }
  /** `library://[domain/]path[:tag]` */
  | { readonly kind: "library"; readonly name: string }
  /** `local.file/path` */
  | { readonly kind: "localFile"; readonly path: string };

/** A JSON document. Integers above 2^53 − 1 are `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

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

/** A user or group: by number, or by a name that the container's own files know. */
export type IdentityData = { readonly id: number } | { readonly name: string };

/** An exposed port or range of ports, or what is wrong with it. */
export type PortData =
  | {
      /** As written, such as `80/tcp`. */
      readonly text: string;
      readonly first: number;
      /** The first again where there is one. */
      readonly last: number;
      /** `tcp`, `udp` or `sctp`. */
      readonly protocol: string;
    }
  | { readonly text: string; readonly error: ErrorData };

/** Parts of a run config that take some reading. */
export interface RunConfigDetails {
  /** Absent for root. */
  readonly user?: IdentityData;
  /** Absent for the user's own. */
  readonly group?: IdentityData;
  readonly ports: readonly PortData[];
  /** Seconds before a container is killed. */
  readonly stopTimeout?: Size;
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
