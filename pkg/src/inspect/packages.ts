/** The packages of an image, and lists of them for others. */
import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { LayerglassError } from "../error.js";
import { resultOf } from "../jobs/job.js";
import type { WorkOptions } from "../jobs/types.js";
import { asText } from "../text.js";
import type { PackagesData } from "./types.js";
import { inspectWorkers } from "./workers.js";

/**
 * The packages of an image: those of its distribution, of programming languages, and what its programs were built from. Layers
 * that hold something of them are read once more; what cannot be read is a finding. They are kept for the next call.
 *
 * @example
 * const { distribution, packages: found } = await packages(archive, 0);
 * for (const { kind, name, version, size } of found) console.log(kind, name, version, size);
 */
export async function packages(
  archive: Archive,
  image: number,
  options: WorkOptions = {},
): Promise<PackagesData> {
  checkCount("image", image);
  return resultOf(inspectWorkers.placeOf(archive), { kind: "packages", options: { image } }, options);
}

/** What a list of packages says of itself. */
export interface PackagesAsOptions extends WorkOptions {
  /** When it is made; now by default. The same packages, name and time give the same text. */
  readonly created?: Date | string;
  /** What it is of; by default the image's first name, or the file's. */
  readonly name?: string;
}

/**
 * The packages of an image as an SPDX 2.3 or a CycloneDX document: JSON text.
 *
 * @example
 * const text = await packagesAs(archive, 0, "spdx", { created: "2026-01-31T12:00:00Z" });
 * await writeFile("image.spdx.json", text);
 */
export async function packagesAs(
  archive: Archive,
  image: number,
  format: "spdx" | "cyclonedx",
  options: PackagesAsOptions = {},
): Promise<string> {
  checkCount("image", image);
  const { created = new Date(), name, ...work } = options;
  const data = archive.data.images[image];
  const version = data?.manifestDigest ?? data?.id;
  const job = {
    kind: "sbom",
    options: {
      image,
      format: asText("format", format),
      created: toSeconds(created),
      name: asText("name", name ?? data?.familiarNames[0] ?? archive.name),
      ...(version !== undefined && { version }),
    },
  };
  return resultOf(inspectWorkers.placeOf(archive), job, work);
}

/** A time in UTC and whole seconds, as both formats have it. */
function toSeconds(time: Date | string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) {
    const message = "`created` is no time";
    throw new LayerglassError({ kind: "invalid", code: "argument", message, found: String(time) });
  }
  return `${date.toISOString().slice(0, 19)}Z`;
}
