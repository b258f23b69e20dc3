/** The generated core module, typed. */
import * as generated from "../wasm/core/core.js";
import type { CoreBindings, Starter } from "./bindings.js";

export const coreModule: Starter<CoreBindings> = {
  bindings: generated,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};
