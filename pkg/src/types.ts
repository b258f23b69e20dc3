/**
 * Plain data that Layerglass returns. Everything here survives `structuredClone` and `JSON.stringify`
 * (sizes above 2^53 − 1 excepted: those are `bigint`).
 */

/** A count of bytes: a `number` up to 2^53 − 1, else a `bigint`; never rounded. */
export type Size = number | bigint;

/** The class of an error; stable across the whole API. */
export type ErrorKind =
  | "invalid"
  | "not_found"
  | "ambiguous"
  | "conflict"
  | "in_use"
  | "corrupt"
  | "unsupported"
  | "limit"
  | "aborted"
  | "io";

/** An error as plain data: what `LayerglassError` carries. */
export interface ErrorData {
  readonly kind: ErrorKind;
  /** Stable name of the reason, in kebab-case. */
  readonly code: string;
  readonly message: string;
  /** Where in the input the error was found: the index in a string that was passed, else a byte offset. */
  readonly offset?: Size;
  /** The text that is wrong, cut where it is long; absent where the input was bytes. */
  readonly input?: string;
  readonly expected?: string;
  readonly found?: string;
  /** File inside the archive, path inside the layer, or members inside the document, that the error is about. */
  readonly path?: string;
  /** What an ambiguous request could mean, the first hundred. */
  readonly candidates?: readonly string[];
  /** Who uses the image that was to be deleted. */
  readonly users?: readonly string[];
  /** What was made from the image that was to be deleted. */
  readonly children?: readonly string[];
}

/** What a stream is compressed with. */
export type Compression = "none" | "gzip" | "zstd" | "bzip2" | "xz";

/** What a file or folder is, told from its contents. */
export type FileKind =
  /** `docker save` before 1.10: `repositories` and one folder a layer. */
  | "docker-archive-v1"
  /** `docker save` 1.10 to 24, podman, skopeo, kaniko, crane, jib, …: `manifest.json` and no OCI layout. */
  | "docker-archive"
  /** `docker save` 25 and later, the containerd store, buildkit: `manifest.json` beside an OCI layout. */
  | "docker-archive-oci"
  /** An OCI image layout. */
  | "oci-layout"
  /** skopeo's `dir:`. */
  | "skopeo-dir"
  /** A bare root file system (`docker export`). */
  | "rootfs"
  /** The `image/<driver>` folder of a Docker daemon. */
  | "docker-data-root"
  /** A folder or tar of disk images. */
  | "disk-folder"
  | "sif"
  | "squashfs"
  | "qcow2"
  | "vmdk"
  | "vhd"
  | "vhdx"
  | "iso9660"
  | "mbr-disk"
  | "gpt-disk"
  | "kernel"
  | "cpio";

/** Something unusual or wrong, with the place. Text may come from the image: show it as text only. */
export interface Finding {
  readonly severity: "info" | "warning" | "error";
  /** Stable name, in kebab-case. */
  readonly code: string;
  readonly message: string;
  /** File inside the archive. */
  readonly file?: string;
  /** Path inside the layer. */
  readonly path?: string;
  /** Byte offset in that file. */
  readonly offset?: Size;
  readonly expected?: string;
  readonly found?: string;
}

/** A declared value beside the computed one. */
export interface Check {
  readonly state: "match" | "mismatch" | "pending" | "undeclared" | "absent";
  readonly declared?: string;
  readonly computed?: string;
}

export interface PlatformData {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}

/** One step of an image's history. */
export interface HistoryStep {
  /** RFC 3339, as the config has it. */
  readonly created?: string;
  readonly createdBy?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly emptyLayer: boolean;
  /** Position, in `ImageData.layers`, of the layer that this step made; absent for an empty step or when the history does not fit the layers. */
  readonly layer?: number;
}

export interface HealthcheckData {
  readonly test: readonly string[];
  /** Nanoseconds. */
  readonly interval?: Size;
  readonly timeout?: Size;
  readonly startPeriod?: Size;
  readonly startInterval?: Size;
  readonly retries?: number;
}

/** What containers of the image run with. */
export interface RunConfigData {
  readonly user: string;
  readonly env: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly workingDir: string;
  /** As written, such as `80/tcp`, sorted. */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  readonly healthcheck?: HealthcheckData;
  readonly shell?: readonly string[];
  readonly onBuild: readonly string[];
}

/** One use of a layer by an image. */
export interface ImageLayerData {
  /** Index into `ArchiveData.layers`; absent when the blob is not in the file. */
  readonly blob?: number;
  /** Declared by the config; for legacy images known only after the scan. */
  readonly diffId?: string;
  readonly chainId?: string;
  /** Digest of the stored form, if a manifest declares it. */
  readonly digest?: string;
  readonly mediaType?: string;
  /** Stored size that a manifest declares. */
  readonly declaredSize?: Size;
  /** Position in `ImageData.history` of the step that made it. */
  readonly history?: number;
  /** Does the scanned tar have the diff id that the config declares? */
  readonly check: Check;
}

export interface ImageData {
  /** Position in `ArchiveData.images`. */
  readonly index: number;
  /** Digest of the config's bytes; for legacy images known only after the scan; absent when the config is. */
  readonly id?: string;
  /** Full names with tag or digest, normalised, sorted. */
  readonly names: readonly string[];
  /** The same, shortened as Docker shows them. */
  readonly familiarNames: readonly string[];
  /** Values of the annotation `org.opencontainers.image.ref.name` that are tags only, sorted. */
  readonly refNames: readonly string[];
  readonly platform?: PlatformData;
  /** `image`, or what else the manifest describes; `rootfs` is a bare root file system, shown as an image of one layer. */
  readonly role: "image" | "attestation" | "artifact" | "rootfs";
  /** `absent`: only the index names it. `partial`: its config or some layers are not in the file. */
  readonly presence: "complete" | "partial" | "absent";
  readonly manifestDigest?: string;
  readonly manifestMediaType?: string;
  /** Digests of the indexes around the manifest, outermost first. */
  readonly indexes: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly created?: string;
  readonly author?: string;
  readonly config?: RunConfigData;
  readonly history: readonly HistoryStep[];
  readonly layers: readonly ImageLayerData[];
  /** Stored bytes of its layers, each counted once. */
  readonly storedSize: Size;
  /** Unpacked bytes of its layers' tars; absent until all are scanned. */
  readonly unpackedSize?: Size;
  /** The config's digest against its name or descriptor. */
  readonly check: Check;
}

/** What one pass over a layer found. */
export interface LayerScanData {
  readonly digest: string;
  /** Absent when the bytes do not decompress to the end. */
  readonly diffId?: string;
  readonly compression: Compression;
  readonly storedSize: Size;
  /** Bytes of the uncompressed tar. */
  readonly tarSize: Size;
  /** Entries of the tar, whiteouts included. */
  readonly entries: number;
  readonly files: number;
  readonly directories: number;
  readonly symlinks: number;
  readonly hardlinks: number;
  readonly devices: number;
  readonly whiteouts: number;
  /** Bytes of regular files, as unpacked. */
  readonly contentSize: Size;
  /** Why the layer could not be read to its end; what came before it stands. */
  readonly error?: ErrorData;
  readonly findings: readonly Finding[];
  /** Findings that were not kept. */
  readonly moreFindings: Size;
}

/** One stored layer blob; images share it. */
export interface LayerData {
  /** Position in `ArchiveData.layers`. */
  readonly index: number;
  /** Where it lies inside the file. */
  readonly path: string;
  readonly storedSize: Size;
  /** Told from the first bytes; absent until read. */
  readonly compression?: Compression;
  readonly mediaType?: string;
  /** Digest of the stored form that a manifest or the blob's name declares. */
  readonly digest?: string;
  readonly state: "pending" | "scanned" | "failed";
  readonly scan?: LayerScanData;
  readonly error?: ErrorData;
  /** Stored bytes against the declared digest. */
  readonly check: Check;
}

/** A config, manifest or index inside the file. */
export interface BlobData {
  readonly role: "config" | "manifest" | "index" | "other";
  readonly path: string;
  readonly size: Size;
  readonly mediaType?: string;
  readonly check: Check;
}

/** Everything known of an opened file. */
export interface ArchiveData {
  readonly kind: FileKind;
  /** The kind in words, such as "Docker archive (docker save 25 or later)". */
  readonly label: string;
  /** Best guess at the writer, such as "podman or skopeo". */
  readonly producer?: string;
  /** What the whole file is compressed with. */
  readonly compression: Compression;
  /** Bytes of the file, or of all files of the folder. */
  readonly size: Size;
  /** Files inside. */
  readonly entries: number;
  readonly images: readonly ImageData[];
  readonly layers: readonly LayerData[];
  readonly blobs: readonly BlobData[];
  readonly findings: readonly Finding[];
  readonly moreFindings: Size;
  /** Facts of a file that holds no images, in order, such as `["Virtual size", "1048576"]`. */
  readonly facts: readonly (readonly [string, string])[];
}

export type { Limits, OpenLimits } from "./limits.js";
export type {
  DescriptorData,
  IdentityData,
  ImageConfigData,
  ImageNamesData,
  JsonValue,
  ManifestData,
  ManifestKind,
  PortData,
  ReferenceData,
  RootFsData,
  RunConfigDetails,
  Source,
} from "./noun-types.js";
export type { Aspect, Change, NodeKind, TreeRow, TreeTotals } from "./tree-types.js";
