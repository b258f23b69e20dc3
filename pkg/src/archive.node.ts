/** The entry `layerglass/archive` for Node. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Archive } from "./archive/archive.js";
import { locate } from "./archive/locate.node.js";
import { openOn } from "./archive/open.js";
import type { ArchiveInput, OpenOptions } from "./archive/options.js";
import type { Platform } from "./archive/platform.js";
import { CompiledOnce } from "./compiled.js";
import { compile, type ModuleInputs } from "./engine.js";
import { init as initCore } from "./index.node.js";
import { workerOptions } from "./worker/start.node.js";

export * from "./archive/index.js";
export * from "./core.js";

const wasmFile = () => new URL("../wasm/archive/archive_bg.wasm", import.meta.url);

const wasm = new CompiledOnce(async () => compile(await readFile(wasmFile())));

/**
 * Not needed in Node; with `inputs` it names other modules to use: for the values, and for archives in their workers.
 *
 * @example
 * import { init } from "layerglass/archive";
 * await init({ archive: await WebAssembly.compile(await readFile("archive.wasm")) });
 */
export async function init(inputs: ModuleInputs = {}): Promise<void> {
  await Promise.all([initCore(inputs.core), inputs.archive && wasm.get(inputs.archive)]);
}

/**
 * Opens an image file or folder. Metadata is read at once, without reading a seekable file as a whole; layers are scanned by
 * `Archive.scan`. A stream, and a file that is compressed as a whole, is read in one pass that scans the layers too.
 *
 * @example
 * import { openArchive } from "layerglass/archive";
 * const archive = await openArchive("image.tar", { workers: 2 });
 * const data = await archive.scan({ contents: "sha256" });
 * console.log(data.images.map((image) => [image.familiarNames, image.id]));
 * archive.close();
 */
export async function openArchive(input: ArchiveInput, options: OpenOptions = {}): Promise<Archive> {
  return openOn(node, input, options);
}

const node: Platform = {
  module: () => wasm.get(),
  createWorker: (role) => new Worker(new URL("./worker.node.js", import.meta.url), workerOptions(role)),
  processors: () => availableParallelism(),
  workersReadBlobs: false,
  open: locate,
};
