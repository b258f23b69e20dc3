/** Gathering a report from an opened file. */
import type { Archive } from "../archive/archive.js";
import { notify } from "../archive/throttle.js";
import { checkCount } from "../checks.js";
import { LayerglassError, throwIfAborted, toError } from "../error.js";
import type {
  ComparisonData,
  IssuesData,
  PackagesData,
  VerificationData,
  WasteData,
} from "../inspect/types.js";
import type { ErrorData, ImageData } from "../types.js";
import { describeFile, describeImage } from "./describe.js";
import { hideInComparison, hideInIssues, hideInWaste } from "./hide.js";
import {
  type ComparisonReport,
  type ImageReport,
  type MissingPart,
  REPORT_SCHEMA,
  type ReportData,
  type ReportPart,
} from "./types.js";

/** How far a report is. */
export interface ReportProgress {
  /** What is worked on. */
  readonly step: "scan" | "comparison" | ReportPart;
  /** Position of the image that it is of. */
  readonly image?: number;
  /** While layers are scanned: bytes read and to be read. */
  readonly bytes?: number;
  readonly total?: number;
}

/** What a report is to hold. */
export interface ReportOptions {
  /** What is worked out beside what the file says of itself; by default all: `waste`, `packages`, `issues`, `verification`. */
  readonly parts?: readonly ReportPart[];
  /** An image that the first one of the report is compared with, as what came after it. */
  readonly comparedWith?: { readonly archive: Archive; readonly image: number };
  /** When the report is made. It is written into it, and certificates are held against it; without it the clock counts for those. */
  readonly time?: Date;
  /**
   * Values of variables whose names tell that they are secrets are left out of the environment and of commands (`hide`, the default).
   * What stands elsewhere stays.
   */
  readonly secrets?: "hide" | "show";
  /** Ends the work: the promise rejects with the kind `aborted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReportProgress) => void;
}

/** The part of `layerglass/inspect` that reports use. */
export interface Inspection {
  waste(archive: Archive, image: number, options?: { signal?: AbortSignal }): Promise<WasteData>;
  packages(archive: Archive, image: number, options?: { signal?: AbortSignal }): Promise<PackagesData>;
  issues(
    archive: Archive,
    image: number,
    options?: { now?: Date; signal?: AbortSignal },
  ): Promise<IssuesData>;
  verification(archive: Archive, options?: { signal?: AbortSignal }): Promise<VerificationData>;
  compareImages(
    before: { readonly archive: Archive; readonly image: number },
    after: { readonly archive: Archive; readonly image: number },
    options?: { packages?: boolean; signal?: AbortSignal },
  ): Promise<{ readonly data: ComparisonData; close(): unknown }>;
}

/** All parts. */
export const REPORT_PARTS: readonly ReportPart[] = ["waste", "packages", "issues", "verification"];

/** Gathers a report; `load` gives what works out the parts, and is asked only when one is wanted. */
export async function collectWith(
  load: () => Promise<Inspection>,
  archive: Archive,
  images: readonly number[] | undefined,
  options: ReportOptions,
): Promise<ReportData> {
  const { parts = REPORT_PARTS, comparedWith, time } = options;
  const chosen = images ?? imagesToReport(archive.data.images);
  for (const image of chosen) {
    checkCount("images", image);
    if (!archive.data.images[image]) throw noImage(image);
  }
  if (time !== undefined && Number.isNaN(time.getTime()))
    throw new LayerglassError({ kind: "invalid", code: "argument", message: "`time` is no time" });
  const [first] = chosen;
  if (comparedWith && first === undefined) throw noImage(0);
  const gathering = new Gathering(archive, load, options);
  if (parts.length > 0 || comparedWith) await gathering.scan(chosen);
  const described: ImageReport[] = [];
  for (const image of chosen) described.push(await gathering.image(image, parts));
  const verification = parts.includes("verification") ? await gathering.verification() : undefined;
  const comparison =
    comparedWith && first !== undefined ? await gathering.comparison(first, comparedWith) : undefined;
  return {
    schema: REPORT_SCHEMA,
    ...(time && { created: time.toISOString() }),
    file: describeFile(archive),
    images: described,
    ...(verification && { verification }),
    ...(comparison && { comparison }),
    missing: gathering.missing,
  };
}

/** Positions of the images that a report is about unless others are named: those that are in the file. */
export function imagesToReport(images: readonly ImageData[]): number[] {
  const there = images.filter(({ presence }) => presence !== "absent");
  const proper = there.filter(({ role }) => role === "image" || role === "rootfs");
  return (proper.length > 0 ? proper : there).map(({ index }) => index);
}

class Gathering {
  readonly missing: MissingPart[] = [];

  constructor(
    private readonly archive: Archive,
    private readonly load: () => Promise<Inspection>,
    private readonly options: ReportOptions,
  ) {}

  /** Scans the layers that have not been. One that cannot be read is told by what needs it. */
  async scan(images: readonly number[]): Promise<void> {
    const { signal } = this.options;
    const used = new Set(
      images.flatMap((image) => this.archive.data.images[image]?.layers.map(({ blob }) => blob) ?? []),
    );
    const layers = this.archive.data.layers
      .filter(({ index, state }) => state === "pending" && used.has(index))
      .map(({ index }) => index);
    if (layers.length === 0) return;
    // Another scan may have to end first.
    this.#tell({ step: "scan" });
    const onProgress = ({ bytes, total }: { bytes: number; total?: number }) =>
      this.#tell({ step: "scan", bytes, ...(total !== undefined && { total }) });
    await this.archive.scan({ layers, onProgress, ...(signal && { signal }) });
  }

  async image(index: number, parts: readonly ReportPart[]): Promise<ImageReport> {
    const { archive, options } = this;
    const { signal, time, secrets } = options;
    const image = archive.data.images[index];
    if (!image) throw noImage(index);
    const make = async <T>(part: ReportPart, work: (inspection: Inspection) => Promise<T>) =>
      parts.includes(part) ? this.#part(part, index, work) : undefined;
    const ended = signal ? { signal } : {};
    const waste = await make("waste", (inspection) => inspection.waste(archive, index, ended));
    const packages = await make("packages", (inspection) => inspection.packages(archive, index, ended));
    const issues = await make("issues", (inspection) =>
      inspection.issues(archive, index, { ...ended, ...(time && { now: time }) }),
    );
    const shown = secrets === "show";
    return {
      ...describeImage(archive.data, image, shown),
      ...(waste && { waste: shown ? waste : hideInWaste(waste) }),
      ...(packages && { packages }),
      ...(issues && { issues: shown ? issues : hideInIssues(issues) }),
    };
  }

  async verification() {
    const { signal } = this.options;
    const found = await this.#part("verification", undefined, (inspection) =>
      inspection.verification(this.archive, signal ? { signal } : {}),
    );
    if (!found) return undefined;
    // The report has them once, with the file.
    const { findings: _, moreFindings: __, ...rest } = found;
    return rest;
  }

  async comparison(
    image: number,
    other: { readonly archive: Archive; readonly image: number },
  ): Promise<ComparisonReport> {
    const { signal, secrets } = this.options;
    const { archive } = this;
    this.#tell({ step: "comparison" });
    const { compareImages } = await this.load();
    const compared = await compareImages({ archive, image }, other, {
      packages: true,
      ...(signal && { signal }),
    });
    try {
      const { data } = compared;
      const title = (of: Archive, at: number) => {
        const found = of.data.images[at];
        if (!found) throw noImage(at);
        return describeImage(of.data, found, true).title;
      };
      return {
        before: { file: archive.name, title: title(archive, image) },
        after: { file: other.archive.name, title: title(other.archive, other.image) },
        data: secrets === "show" ? data : hideInComparison(data),
      };
    } finally {
      compared.close();
    }
  }

  /** One part, or why it is not there. */
  async #part<T>(
    part: ReportPart,
    image: number | undefined,
    work: (inspection: Inspection) => Promise<T>,
  ): Promise<T | undefined> {
    const { signal } = this.options;
    throwIfAborted(signal);
    this.#tell({ step: part, ...(image !== undefined && { image }) });
    try {
      return await work(await this.load());
    } catch (thrown) {
      const error = toError(thrown);
      if (error.kind === "aborted") throw error;
      const data: ErrorData = error.toJSON();
      this.missing.push({ part, ...(image !== undefined && { image }), error: data });
      return undefined;
    }
  }

  #tell(progress: ReportProgress): void {
    notify(this.options.onProgress, progress);
  }
}

function noImage(image: number): LayerglassError {
  const message = "the file has no image at this position";
  return new LayerglassError({ kind: "not_found", code: "no-image", message, found: String(image) });
}
