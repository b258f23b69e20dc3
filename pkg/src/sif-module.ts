/** The generated module of SIF files, typed. */
import * as generated from "../wasm/sif/sif.js";
import type { Starter } from "./bindings.js";
import { compile } from "./engine.js";
import { LazyModule } from "./lazy-module.js";
import type { SifBindings } from "./sif/bindings.js";

const sifModule: Starter<SifBindings> = {
  bindings: generated as unknown as SifBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};

/** Started when a SIF file is inspected. Who inspects none does not get the file. */
export const sifWasm = /* @__PURE__ */ new LazyModule(sifModule, () =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/sif/sif_bg.wasm", import.meta.url)),
);
