/** The entry `layerglass/sif` for browsers: what SIF files, the images of singularity and apptainer, say. */
import { locate } from "./archive/locate.js";
import type { FileInput } from "./random-access.js";
import { inspectOn } from "./sif/inspect.js";
import type { InspectedSif, SifOptions } from "./sif/types.js";
import { openRemote } from "./worker/remote.js";

export * from "./sif/index.js";

/**
 * Reads what a SIF file says: header, objects, definition, labels, configuration, and what is wrong with it. Only the ranges
 * that this needs are read. With `integrity` the whole file is read once more, in this thread: give large files to a worker.
 *
 * @example
 * import { inspectSif } from "layerglass/sif";
 * const sif = await inspectSif(input.files[0], { integrity: true });
 * console.log(sif.architecture, sif.definition, sif.integrity?.sha256);
 * console.log(sif.integrity?.signatures.every((signature) => signature.intact), sif.integrity?.uncovered);
 */
export async function inspectSif(input: FileInput, options: SifOptions = {}): Promise<InspectedSif> {
  return inspectOn({ open: locate, openSource: openRemote }, input, options);
}
