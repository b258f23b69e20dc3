/** The entry `layerglass/report`: what is known of an image file, as one document. */
import type { Archive } from "./archive/archive.js";
import { collectWith, type ReportOptions } from "./report/collect.js";
import type { ReportData } from "./report/types.js";

export * from "./report/index.js";

/**
 * Gathers what is known of an opened file and its images into plain data: overview, layers and history, waste, packages, findings,
 * verification. Layers that have not been scanned are scanned. A part that fails is named in `missing`, and the others are there.
 *
 * @param images positions of the images; by default all that are in the file
 * @example
 * import { collectReport, formatReport } from "layerglass/report";
 * const report = await collectReport(archive, [0], { time: new Date() });
 * const page = formatReport(report, "html");
 */
export async function collectReport(
  archive: Archive,
  images?: readonly number[],
  options: ReportOptions = {},
): Promise<ReportData> {
  return collectWith(() => import("./inspect.js"), archive, images, options);
}
