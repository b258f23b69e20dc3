/** The generated module of image records, typed. */
import * as generated from "../wasm/records/records.js";
import type { RecordsBindings, Starter } from "./bindings.js";
import { compile } from "./engine.js";
import { LazyModule } from "./lazy-module.js";

const recordsModule: Starter<RecordsBindings> = {
  bindings: generated as unknown as RecordsBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};

/** Started when a file of records is read. Who reads none does not get the module. */
export const recordsWasm = /* @__PURE__ */ new LazyModule(recordsModule, () =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/records/records_bg.wasm", import.meta.url)),
);
