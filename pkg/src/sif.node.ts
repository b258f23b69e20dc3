/** The entry `layerglass/sif` for Node. */
import { readFile } from "node:fs/promises";
import { locate } from "./archive/locate.node.js";
import { compile } from "./engine.js";
import type { FileInput } from "./random-access.js";
import { inspectOn } from "./sif/inspect.js";
import type { InspectedSif, SifOptions } from "./sif/types.js";
import { sifWasm } from "./sif-module.js";
import { openFiles } from "./worker/files.node.js";

export * from "./sif/index.js";

sifWasm.comesFrom(async () => compile(await readFile(new URL("../wasm/sif/sif_bg.wasm", import.meta.url))));

/**
 * Reads what a SIF file says: header, objects, definition, labels, configuration, and what is wrong with it. Only the ranges
 * that this needs are read. With `integrity` the whole file is read once more, in this thread: give large files to a worker.
 *
 * @example
 * import { inspectSif } from "layerglass/sif";
 * const sif = await inspectSif("image.sif", { integrity: true });
 * console.log(sif.architecture, sif.definition, sif.integrity?.sha256);
 */
export async function inspectSif(input: FileInput, options: SifOptions = {}): Promise<InspectedSif> {
  return inspectOn({ open: locate, openSource: openFiles }, input, options);
}
