/** What a report holds, as plain data without a byte of the image's files. */
import type {
  ComparisonData,
  IssuesData,
  PackagesData,
  VerificationData,
  WasteData,
} from "../inspect/types.js";
import type {
  Check,
  Compression,
  ErrorData,
  FileKind,
  Finding,
  ImageData,
  RunConfigData,
  Size,
} from "../types.js";

/** Name and version of the shape of `ReportData`; the number grows when a member changes its meaning or goes. */
export const REPORT_SCHEMA = "layerglass.report/1";

/** What is worked out beside what the file says of itself. */
export type ReportPart = "waste" | "packages" | "issues" | "verification";

/** What was reported on. */
export interface FileReport {
  readonly name: string;
  readonly kind: FileKind;
  /** The kind in words. */
  readonly label: string;
  readonly producer?: string;
  readonly compression: Compression;
  readonly size: Size;
  /** Files inside. */
  readonly entries: number;
  /** Facts of a file that holds no images. */
  readonly facts: readonly (readonly [string, string])[];
  /** What is unusual or wrong in the file and its layers, the gravest first. */
  readonly findings: readonly Finding[];
  /** Findings that limits did not keep. */
  readonly moreFindings: Size;
}

/** One layer of an image. */
export interface LayerReport {
  /** Position in the image's layers. */
  readonly layer: number;
  /** `absent`: the file does not have it. */
  readonly state: "pending" | "scanned" | "failed" | "absent";
  readonly digest?: string;
  readonly diffId?: string;
  readonly chainId?: string;
  readonly mediaType?: string;
  readonly compression?: Compression;
  /** Bytes as stored, and as an uncompressed tar. */
  readonly storedSize?: Size;
  readonly tarSize?: Size;
  /** Bytes of its regular files, and how many there are. */
  readonly contentSize?: Size;
  readonly files?: number;
  /** What made it, where the history tells. */
  readonly command?: string;
  /** The diff id. */
  readonly check: Check;
  /** Why not all of it could be read. */
  readonly error?: ErrorData;
}

/** One step of an image's history. */
export interface StepReport {
  /** RFC 3339, as the config has it. */
  readonly created?: string;
  /** What was done, in the words of a Dockerfile where they are known. */
  readonly command?: string;
  readonly author?: string;
  readonly comment?: string;
  /** Position of the layer that it made. */
  readonly layer?: number;
}

/** One image. */
export interface ImageReport {
  /** Position in the file. */
  readonly index: number;
  /** Its first name, else what tells it from the others. */
  readonly title: string;
  readonly role: ImageData["role"];
  readonly presence: ImageData["presence"];
  readonly id?: string;
  readonly manifestDigest?: string;
  /** With tag or digest, as Docker shows them. */
  readonly names: readonly string[];
  /** Such as `linux/arm64/v8`. */
  readonly platform?: string;
  readonly created?: string;
  readonly author?: string;
  readonly config?: RunConfigData;
  readonly storedSize: Size;
  readonly unpackedSize?: Size;
  /** The config. */
  readonly check: Check;
  readonly layers: readonly LayerReport[];
  readonly history: readonly StepReport[];
  readonly waste?: WasteData;
  readonly packages?: PackagesData;
  readonly issues?: IssuesData;
}

/** Digests that were declared, beside what the bytes come to. */
export type VerificationReport = Omit<VerificationData, "findings" | "moreFindings">;

/** An image beside another one. */
export interface ComparisonReport {
  readonly before: { readonly file: string; readonly title: string };
  readonly after: { readonly file: string; readonly title: string };
  readonly data: ComparisonData;
}

/** A part that could not be made. */
export interface MissingPart {
  readonly part: ReportPart;
  /** Position of the image that it is of. */
  readonly image?: number;
  readonly error: ErrorData;
}

/**
 * A report on an image file. Sizes are `number | bigint`; `formatReport(data, "json")` writes those above 2^53 − 1 as strings of
 * digits. Positions count from 0.
 */
export interface ReportData {
  readonly schema: typeof REPORT_SCHEMA;
  /** When the report was made, as its maker said. */
  readonly created?: string;
  readonly file: FileReport;
  readonly images: readonly ImageReport[];
  readonly verification?: VerificationReport;
  readonly comparison?: ComparisonReport;
  readonly missing: readonly MissingPart[];
}
