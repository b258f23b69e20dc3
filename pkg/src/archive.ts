/** The entry `layerglass/archive` for browsers. */
import type { Archive } from "./archive/archive.js";
import { locate } from "./archive/locate.js";
import { openOn } from "./archive/open.js";
import type { ArchiveInput, OpenOptions } from "./archive/options.js";
import type { Platform } from "./archive/platform.js";
import { CompiledOnce } from "./compiled.js";
import { compile, type ModuleInputs } from "./engine.js";
import { init as initCore } from "./index.js";
import { startWorker } from "./worker/start.js";

export * from "./archive/index.js";
export * from "./core.js";

const wasm = new CompiledOnce(() =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/archive/archive_bg.wasm", import.meta.url)),
);

/**
 * Loads the wasm module of `Reference`, `Digest` and the other values, which has to be there before they are used, and names
 * other places of the modules. Archives have a module of their own, which `openArchive` gives its workers; without the values
 * it needs no call. Neither does Node.
 *
 * @param inputs where the modules are; by default the files that come with the package
 * @example
 * import { init } from "layerglass/archive";
 * await init({ archive: new URL("/assets/archive.wasm", location.href) });
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
 * input.onchange = async () => {
 *   using archive = await openArchive(input.files[0], { onProgress: ({ bytes, total }) => console.log(bytes, total) });
 *   for (const image of archive.data.images) console.log(image.familiarNames, image.id);
 * };
 */
export async function openArchive(input: ArchiveInput, options: OpenOptions = {}): Promise<Archive> {
  return openOn(browser, input, options);
}

const browser: Platform = {
  module: () => wasm.get(),
  createWorker: () =>
    startWorker(() => new Worker(new URL("./worker.js", import.meta.url), { type: "module" })),
  processors: () => navigator.hardwareConcurrency || 1,
  workersReadBlobs: true,
  open: locate,
};
