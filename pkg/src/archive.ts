/** The entry `layerglass/archive` for browsers. */
import type { Archive } from "./archive/archive.js";
import { locate } from "./archive/locate.js";
import { openOn } from "./archive/open.js";
import type { ArchiveInput, OpenOptions } from "./archive/options.js";
import type { Platform } from "./archive/platform.js";
import { type CompiledModule, compile, type ModuleInputs, type WasmInput } from "./engine.js";
import { LayerglassError } from "./error.js";
import { init as initCore } from "./index.js";

export * from "./archive/index.js";
export * from "./core.js";

let compiled: Promise<CompiledModule> | undefined;

function load(input?: WasmInput): Promise<CompiledModule> {
  // Written out so that bundlers see the file and bring it along.
  compiled ??= compile(input ?? new URL("../wasm/archive/archive_bg.wasm", import.meta.url)).catch(
    (error: unknown) => {
      compiled = undefined;
      throw error;
    },
  );
  return compiled;
}

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
  await Promise.all([initCore(inputs.core), inputs.archive && load(inputs.archive)]);
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
  module: () => load(),
  createWorker() {
    if (typeof Worker !== "function") {
      throw new LayerglassError({
        kind: "unsupported",
        code: "no-workers",
        message: "this runtime has no workers: give `createWorker`",
      });
    }
    // Written out so that bundlers see the worker and bring it along.
    return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  },
  processors: () => navigator.hardwareConcurrency || 1,
  workersReadBlobs: true,
  open: locate,
};
