/** What is told of SIF files, as plain data. */
import type {
  DescriptorData,
  ErrorData,
  Finding,
  Limits,
  PlatformData,
  RunConfigData,
  Size,
} from "../types.js";

/** What an object of a SIF file is; `unknown` for a type that is not known. */
export type SifObjectType =
  | "definition"
  | "environment"
  | "labels"
  | "partition"
  | "signature"
  | "json"
  | "generic"
  | "crypto-message"
  | "sbom"
  | "oci-root-index"
  | "oci-blob"
  | "unknown";

/** What only partitions have. */
export interface SifPartition {
  readonly fs:
    | "squashfs"
    | "ext3"
    | "archive"
    | "raw"
    | "encrypted-squashfs"
    | "gocryptfs-squashfs"
    | "unknown";
  readonly part: "system" | "primary-system" | "data" | "overlay" | "unknown";
  /** As platforms of OCI images name it; absent where the code is not known. */
  readonly architecture?: string;
  /** Two digits. */
  readonly architectureCode: string;
}

/**
 * The form of a signature: OpenPGP or a DSSE envelope over the digests of header, descriptors and objects, or the older OpenPGP
 * form, which covers the bytes of objects only.
 */
export type SifSignatureForm = "pgp" | "pgp-legacy" | "dsse";

/** What only signatures have. */
export interface SifSignatureData {
  readonly hash: "sha256" | "sha384" | "sha512" | "blake2s" | "blake2b" | "unknown";
  /** Fingerprint of the OpenPGP key, as the file has it: nobody has checked it. */
  readonly fingerprint?: string;
  /** Absent where the signature cannot be read. */
  readonly form?: SifSignatureForm;
}

/** An object of a SIF file. Text may come from the file: show it as text only. */
export interface SifObject {
  readonly id: number;
  readonly type: SifObjectType;
  readonly typeCode: number;
  readonly group?: number;
  /** What it is about. */
  readonly link?: { readonly to: "object" | "group"; readonly id: number };
  /** Can be empty. */
  readonly name: string;
  /** Where its bytes start; negative in a damaged file. */
  readonly offset: Size;
  /** How many bytes it has; negative in a damaged file. */
  readonly size: Size;
  /** RFC 3339, in UTC. */
  readonly created?: string;
  readonly modified?: string;
  readonly partition?: SifPartition;
  readonly signature?: SifSignatureData;
  /** Of a cryptographic message. */
  readonly messageFormat?: "openpgp" | "pem" | "unknown";
  /** Of a cryptographic message. */
  readonly messageType?: "clear-signature" | "rsa-oaep" | "unknown";
  /** Of a bill of materials. */
  readonly sbomFormat?: string;
  /** Of an OCI document or blob: its digest, as written. */
  readonly digest?: string;
}

/** An OCI image in a SIF file. */
export interface SifOciImage {
  /** Digest of its manifest. */
  readonly manifest: string;
  /** Digest of its config. */
  readonly configDigest: string;
  readonly platform?: PlatformData;
  readonly config?: RunConfigData;
  /** Bottom first. */
  readonly layers: readonly DescriptorData[];
}

/** What a SIF file says. */
export interface SifData {
  /** Bytes of the file. */
  readonly size: Size;
  /** The line by which a shell starts the image. */
  readonly launchScript: string;
  /** Version of the format. */
  readonly version: string;
  /** What the primary partition runs on; absent where the code is not known. */
  readonly architecture?: string;
  readonly architectureCode: string;
  /** A UUID. */
  readonly id: string;
  /** RFC 3339, in UTC; absent where the file does not say. */
  readonly created?: string;
  readonly modified?: string;
  /** Descriptors in the table, used or not. */
  readonly descriptors: Size;
  readonly dataOffset: Size;
  readonly dataSize: Size;
  /** In the order of the table. */
  readonly objects: readonly SifObject[];
  /** Id of the primary partition: the one that is run. */
  readonly primary?: number;
  /** The definition that the image was built from. */
  readonly definition?: string;
  /** The environment, as a shell reads it. */
  readonly environment?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What containers run with. */
  readonly config?: RunConfigData;
  /** The OCI images that the file holds as such. */
  readonly images: readonly SifOciImage[];
  readonly findings: readonly Finding[];
  /** Further findings, which were only counted. */
  readonly moreFindings: Size;
}

/** A stated digest beside the computed one; `absent` when the object is not in the file. */
export interface SifCheck {
  readonly state: "match" | "mismatch" | "absent";
  readonly declared: string;
  readonly computed?: string;
}

/** What a signature says, compared with the file. Who made it is not looked at: that needs a key. */
export interface SifSignatureIntegrity {
  /** Id of the signature. */
  readonly id: number;
  readonly form?: SifSignatureForm;
  /** Everything that it says is so, and it leaves no object of its group out. */
  readonly intact: boolean;
  /** Why it cannot be read. */
  readonly error?: ErrorData;
  readonly header?: SifCheck;
  /** All objects of the group together: the older form. */
  readonly bytes?: SifCheck;
  readonly objects: readonly {
    readonly id: number;
    readonly descriptor?: SifCheck;
    readonly data?: SifCheck;
  }[];
  /** Objects of its group that it does not cover. */
  readonly leftOut: readonly number[];
}

/** What was computed of a SIF file. */
export interface SifIntegrity {
  readonly size: Size;
  /** `sha256:` and the digits by which the image is known. */
  readonly sha256: string;
  readonly signatures: readonly SifSignatureIntegrity[];
  /** OCI blobs, compared with their digests. */
  readonly blobs: readonly { readonly id: number; readonly data: SifCheck }[];
  /** Objects of which no signature says what they are, or only something else. Signatures themselves are not counted. */
  readonly uncovered: readonly number[];
}

/** An inspected SIF file. */
export interface InspectedSif extends SifData {
  /** Present when it was asked for. */
  readonly integrity?: SifIntegrity;
}

/** How far the work has come: while it opens the file, then while it reads it. */
export interface SifProgress {
  readonly phase: "open" | "verify";
  /** Bytes read so far. */
  readonly bytes: number;
  /** Bytes to read, of the second phase. */
  readonly total?: number;
}

/** How a SIF file is inspected. */
export interface SifOptions {
  /** Read the whole file once: its SHA-256, and whether it is what its signatures and OCI digests state. */
  readonly integrity?: boolean;
  /** Ends the work: the promise rejects with the kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Called after each piece that was read. */
  readonly onProgress?: (progress: SifProgress) => void;
  /** Limits other than the defaults. */
  readonly limits?: Limits;
}
