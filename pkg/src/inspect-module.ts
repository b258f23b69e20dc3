/** The generated module of inspections, typed. It runs in workers only. */
import * as generated from "../wasm/inspect/inspect.js";
import type { Module } from "./bindings.js";
import type { InspectBindings } from "./inspect/bindings.js";

export const inspectModule: Module<InspectBindings> = {
  bindings: generated as unknown as InspectBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
};
