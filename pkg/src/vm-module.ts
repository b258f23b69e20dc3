/** The generated module of virtual machines, typed. */
import * as generated from "../wasm/vm/vm.js";
import type { Starter } from "./bindings.js";
import { compile } from "./engine.js";
import { LazyModule } from "./lazy-module.js";
import type { VmBindings } from "./vm/bindings.js";

const vmModule: Starter<VmBindings> = {
  bindings: generated as unknown as VmBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};

/** Started when a disk is inspected. Who inspects none does not get the file. */
export const vmWasm = /* @__PURE__ */ new LazyModule(vmModule, () =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/vm/vm_bg.wasm", import.meta.url)),
);
