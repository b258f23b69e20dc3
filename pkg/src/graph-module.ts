/** The generated module of graphs of layers, typed. */
import * as generated from "../wasm/graph/graph.js";
import type { Starter } from "./bindings.js";
import { compile } from "./engine.js";
import type { GraphBindings } from "./graph/bindings.js";
import { LazyModule } from "./lazy-module.js";

const graphModule: Starter<GraphBindings> = {
  bindings: generated as unknown as GraphBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};

/** Started when a graph is opened. Who opens none does not get the file. */
export const graphWasm = /* @__PURE__ */ new LazyModule(graphModule, () =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/graph/graph_bg.wasm", import.meta.url)),
);
