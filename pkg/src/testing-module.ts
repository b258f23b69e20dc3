/** The generated module for testing backends, typed. */
import * as generated from "../wasm/testing/testing.js";
import type { Starter, TestingBindings } from "./bindings.js";
import { compile } from "./engine.js";
import { LazyModule } from "./lazy-module.js";

const testingModule: Starter<TestingBindings> = {
  bindings: generated as unknown as TestingBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
  start: (module) => generated.default({ module_or_path: module as WebAssembly.Module }),
};

/** Started by the first test of a backend. */
export const testingWasm = /* @__PURE__ */ new LazyModule(testingModule, () =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/testing/testing_bg.wasm", import.meta.url)),
);
