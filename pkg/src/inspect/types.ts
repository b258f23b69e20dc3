/** What inspection finds, as plain data: packages, issues, waste, use of space, differences, and checks. */
import type { Finding, Size } from "../types.js";

/** Which system a package belongs to. */
export type PackageKind = "deb" | "apk" | "rpm" | "python" | "node" | "ruby" | "java" | "go" | "rust";

/** A place that tells of a package. */
export interface PackageLocation {
  readonly path: string;
  /** Path within that file, for an archive inside a Java archive. */
  readonly inner?: string;
  /** Position of the layer since which the package is there. */
  readonly layer: number;
}

/** One package of an image. */
export interface PackageData {
  readonly kind: PackageKind;
  /** With the scope for Node, without the group for Java. */
  readonly name: string;
  /** The group of a Java package. */
  readonly group?: string;
  /** As the system spells it; empty where none is told. */
  readonly version: string;
  readonly architecture?: string;
  /** As declared; most are no SPDX expressions. */
  readonly license?: string;
  readonly source?: { readonly name: string; readonly version?: string };
  readonly supplier?: string;
  readonly homepage?: string;
  /** Its package URL. */
  readonly purl: string;
  /** Bytes that it takes when installed, by its own account. */
  readonly installedSize?: Size;
  /** Bytes of its regular files in the merged tree. */
  readonly size: Size;
  /** How many files and links of it are in the merged tree. */
  readonly fileCount: number;
  /** Paths that it says are its own and that are not in the merged tree. */
  readonly missing: number;
  /** Position of the first layer that has it just so. */
  readonly layer: number;
  readonly locations: readonly PackageLocation[];
}

/** A package that was there, and is no longer. */
export interface RemovedPackageData {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** Position of the last layer whose database lists it. */
  readonly lastLayer: number;
  /** Position of the first layer whose database does not; absent where the database itself is gone. */
  readonly removedIn?: number;
}

/** What an image says of its distribution, in `os-release`. */
export interface DistributionData {
  /** In lower case, such as `debian`; `linux` where none is told. */
  readonly id: string;
  readonly versionId?: string;
  /** Its name for people. */
  readonly prettyName?: string;
  /** Names of distributions that it is like. */
  readonly idLike: readonly string[];
}

/** The packages of an image. */
export interface PackagesData {
  readonly distribution?: DistributionData;
  readonly packages: readonly PackageData[];
  readonly removed: readonly RemovedPackageData[];
  /** What was damaged or unusual. */
  readonly findings: readonly Finding[];
  readonly moreFindings: Size;
}

/** Which rule an issue breaks. */
export type IssueRule =
  | "root-user"
  | "secret"
  | "set-id"
  | "world-writable"
  | "package-cache"
  | "git-folder"
  | "certificate";

/** What about an image should worry whoever ships it. */
export interface IssueData {
  readonly rule: IssueRule;
  readonly severity: "info" | "warning" | "error";
  /** Why it is one. Secrets are shown by their first characters alone. */
  readonly why: string;
  /** Path of the file or folder; absent for the configuration. */
  readonly path?: string;
  /** Byte offset in the file. */
  readonly offset?: Size;
  /** Position of the layer that has it. */
  readonly layer?: number;
  /** Position in the history, for what a command itself or the environment holds. */
  readonly step?: number;
  /** The command that did it, where the history tells; with `…` in place of secrets in it. */
  readonly command?: string;
  /** Bytes that it takes, for what was left behind. */
  readonly bytes?: Size;
  /** A later layer removed or replaced it: containers do not see it, and the image still has it. */
  readonly deleted: boolean;
}

/** The issues of an image. */
export interface IssuesData {
  readonly issues: readonly IssueData[];
  /** Those beyond the limit `lintIssues`. */
  readonly more: Size;
}

/** Why bytes of a layer are of no use. */
export type WasteKind =
  /** A later layer, or a later entry of the same layer, wrote the path again. */
  | "overwritten"
  /** A later layer deleted it. */
  | "removed"
  /** The merged tree holds the same contents under another path as well. */
  | "duplicate";

/** One copy of a file that is of no use. */
export interface WasteItem {
  readonly kind: WasteKind;
  readonly path: string;
  /** Position of the layer that holds it. */
  readonly layer: number;
  /** Bytes of its contents, which would be free without it. */
  readonly bytes: Size;
  /** Position of the layer that overwrote or deleted it; for a duplicate, of the layer that holds the copy which counts. */
  readonly by: number;
  /** For a duplicate: path of the copy which counts. */
  readonly sameAs?: string;
  /** For an overwritten file: the contents that were written were the same. */
  readonly unchanged: boolean;
}

/** What of one layer is of no use, and what it made useless in others. */
export interface LayerWaste {
  /** Position in the image's layers. */
  readonly layer: number;
  /** The command that made the layer, where the history tells. */
  readonly command?: string;
  /** Bytes of contents in it. */
  readonly contentSize: Size;
  /** Of them, those that are overwritten. */
  readonly overwritten: Size;
  /** Those that are deleted later. */
  readonly removed: Size;
  /** Those that are there once more. */
  readonly duplicate: Size;
  /** Bytes, in any layer, that this layer overwrote or deleted. */
  readonly caused: Size;
}

/** The waste of an image. No copy is counted twice: the kinds add up. */
export interface WasteData {
  /** Bytes of contents in all layers. */
  readonly contentSize: Size;
  readonly overwritten: Size;
  readonly removed: Size;
  readonly duplicate: Size;
  /** All three together. */
  readonly wasted: Size;
  /** Bytes of contents that are left when all layers are made one: duplicates stay. */
  readonly squashed: Size;
  readonly layers: readonly LayerWaste[];
  /** The largest first. */
  readonly items: readonly WasteItem[];
  /** Items beyond the limit `wasteItems`, and their bytes. */
  readonly moreItems: Size;
  readonly moreBytes: Size;
}

/** What space is divided by. */
export type UsageKey = "folder" | "layer" | "extension" | "package";

/** A part of the merged tree and what it takes. */
export interface UsageNode {
  /** Name of the folder or file, number of the layer, extension or package; `null` for what is too small to be told apart. */
  readonly name: string | null;
  /** Path, for folders and files. */
  readonly path?: string;
  /** Position of the layer, when divided by layer. */
  readonly layer?: number;
  /** Bytes of regular files at and below it, hard links once. */
  readonly bytes: Size;
  readonly files: number;
  /** The largest first; their bytes add up to this one's. */
  readonly children?: readonly UsageNode[];
}

/** A member of the config that differs. Text of both sides, absent where the image does not have it. */
export interface ConfigDifference {
  /** Such as `env`, `user`, `labels`. */
  readonly member: string;
  /** Name within it, such as that of a variable. */
  readonly key?: string;
  readonly before?: string;
  readonly after?: string;
}

/** One line of two histories that were laid beside each other. */
export interface HistoryDifference {
  readonly change: "same" | "added" | "removed";
  /** Position in the first image's history. */
  readonly before?: number;
  /** Position in the second image's. */
  readonly after?: number;
  readonly command?: string;
  readonly empty: boolean;
}

/** A package that differs. */
export interface PackageDifference {
  readonly kind: PackageKind;
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  readonly before?: string;
  readonly after?: string;
  /** How many bytes more its files take. */
  readonly growth: Size;
}

/** How many paths differ in which way. */
export interface FilesDifference {
  readonly added: number;
  readonly removed: number;
  /** Contents, kind or target differ. */
  readonly changed: number;
  /** Only mode, owner, time or attributes differ. */
  readonly metadata: number;
  readonly same: number;
  readonly addedBytes: Size;
  readonly removedBytes: Size;
  /** Of the changed ones, before and after. */
  readonly changedBytesBefore: Size;
  readonly changedBytesAfter: Size;
}

/** One side of a comparison. */
export interface ComparedImage {
  readonly id?: string;
  readonly names: readonly string[];
  readonly platform?: string;
  readonly layers: number;
  readonly storedSize: Size;
  /** Bytes of regular files in the merged tree. */
  readonly fileBytes: Size;
  readonly files: number;
}

/** What differs between two images. */
export interface ComparisonData {
  readonly before: ComparedImage;
  readonly after: ComparedImage;
  /** Layers that both have, counted from the lowest, by their diff ids. */
  readonly commonLayers: number;
  /** Layers of one that the other has anywhere. */
  readonly sharedLayers: number;
  readonly config: readonly ConfigDifference[];
  readonly history: readonly HistoryDifference[];
  readonly files: FilesDifference;
  /** Present when packages were asked for. */
  readonly packages?: readonly PackageDifference[];
}

/** One digest that was declared, beside what the bytes come to. */
export interface VerifiedItem {
  readonly what: "index" | "manifest" | "config" | "layer" | "diff-id" | "chain-id" | "image-id" | "other";
  /** File inside the archive; empty for what is not in it and for a file that is a layer itself. */
  readonly path: string;
  /** Position of the image, for what belongs to one. */
  readonly image?: number;
  /** Position of the layer: of a stored one in the file's layers, for diff ids and chain ids in the image's. */
  readonly layer?: number;
  /** Byte offset in the file, of plain archives. */
  readonly offset?: Size;
  readonly size?: Size;
  readonly mediaType?: string;
  readonly declared?: string;
  readonly computed?: string;
  readonly state: "match" | "mismatch" | "pending" | "undeclared" | "absent";
}

/** Everything that was declared of a file's bytes, and whether it is so. */
export interface VerificationData {
  /** What the file is, in words. */
  readonly label: string;
  readonly producer?: string;
  readonly items: readonly VerifiedItem[];
  /** Items beyond the limit `verifiedItems`; they are counted below all the same. */
  readonly moreItems: Size;
  readonly matching: number;
  readonly mismatching: number;
  readonly pending: number;
  readonly undeclared: number;
  readonly absent: number;
  /** What is unusual, of the whole file and of its layers. */
  readonly findings: readonly Finding[];
  readonly moreFindings: Size;
  /** Platforms that an index names and the file does not hold. */
  readonly missingPlatforms: readonly string[];
}
