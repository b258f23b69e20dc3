/** The generated archive module, typed. It runs in workers only. */
import * as generated from "../wasm/archive/archive.js";
import type { ArchiveBindings, Module } from "./bindings.js";

export const archiveModule: Module<ArchiveBindings> = {
  bindings: generated,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
};
