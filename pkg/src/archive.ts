/** The entry `layerglass/archive` for browsers. */
import type { Archive } from "./archive/archive.js";
import { openOn } from "./archive/open.js";
import type { ArchiveInput, OpenOptions } from "./archive/options.js";
import type { Platform } from "./archive/platform.js";
import { archiveModule } from "./archive-module.js";
import { type CompiledModule, compile, install, isReady, type WasmInput } from "./engine.js";
import { LayerglassError } from "./error.js";

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
 * Loads the wasm module, for this thread and for the workers. `openArchive` calls it by itself; a call is needed before
 * `Reference`, `Digest` and the other values are used without an archive, or to name another place of the module. Node
 * needs no call.
 *
 * @param input where the module is; by default the file that comes with the package (`layerglass/archive.wasm`)
 * @example
 * import { init } from "layerglass/archive";
 * await init(new URL("/assets/archive.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  const module = await load(input);
  if (isReady()) return;
  await archiveModule.start(module);
  install(archiveModule.bindings);
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
  async module() {
    await init();
    return load();
  },
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
  async open() {
    throw new LayerglassError({
      kind: "unsupported",
      code: "input",
      message: "paths, addresses and open files can be read in Node only",
    });
  },
};
