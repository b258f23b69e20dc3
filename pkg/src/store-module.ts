/** The generated module of the store, typed. */
import * as generated from "../wasm/store/store.js";
import type { Starter, StoreBindings } from "./bindings.js";
import { compile } from "./engine.js";
import { LazyModule } from "./lazy-module.js";

const storeModule: Starter<StoreBindings> = {
  bindings: generated as unknown as StoreBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};

/** Started when a store is opened. Who opens none does not get the file. */
export const storeWasm = /* @__PURE__ */ new LazyModule(storeModule, () =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/store/store_bg.wasm", import.meta.url)),
);
