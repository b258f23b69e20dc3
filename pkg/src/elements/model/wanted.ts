import type { PlatformData } from "../../archive.js";
import type { FileVersion } from "../../inspect.js";
import type { ReportFormat, ReportPart } from "../../report.js";
import type { ImageFormat } from "../../transfer.js";

/** What the file's images become. */
export interface ImageSettings {
  readonly format: ImageFormat;
  /** By default the layers stay as they are stored where the layout can hold them so. */
  readonly compression?: "none" | "gzip" | "zstd";
  readonly level?: number;
  /** Positions of the images that are meant; by default all. */
  readonly images?: readonly number[];
  readonly platforms?: readonly PlatformData[];
}

/** Something of the opened file that is to be saved as a file of its own. */
export type Wanted =
  | { readonly kind: "images"; readonly settings: ImageSettings }
  | { readonly kind: "layer"; readonly layer: number; readonly plain: boolean }
  /** The files of an image's layers up to one, or a folder of them. */
  | { readonly kind: "tar"; readonly image: number; readonly to: number; readonly path?: string }
  /** A file as a layer of the image left it. */
  | { readonly kind: "file"; readonly image: number; readonly layer: number; readonly path: string }
  /** One version of a file, whatever became of it above. */
  | {
      readonly kind: "version";
      readonly image: number;
      readonly path: string;
      readonly version: FileVersion;
    }
  /** An image whose layers were made fewer: all of them one, or those of each range. */
  | {
      readonly kind: "squashed";
      readonly image: number;
      readonly format: ImageFormat;
      readonly squash: "all" | readonly (readonly [first: number, last: number])[];
    }
  /** The packages of an image as a bill of materials. */
  | { readonly kind: "packages"; readonly image: number; readonly format: "spdx" | "cyclonedx" }
  /** What is known of some images, as a document. */
  | { readonly kind: "report"; readonly report: WantedReport };

/** Which document is wanted. */
export interface WantedReport {
  readonly format: ReportFormat;
  /** Positions of the images that it is about. */
  readonly images: readonly number[];
  readonly parts: readonly ReportPart[];
  readonly secrets: "hide" | "show";
  readonly time: Date;
}
