/** The generated archive module, typed. */
import * as generated from "../wasm/archive/archive.js";
import type { ArchiveBindings, Starter } from "./bindings.js";

export const archiveModule: Starter<ArchiveBindings> = {
  bindings: generated,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};
