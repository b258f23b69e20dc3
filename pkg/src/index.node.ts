/** The entry `layerglass` for Node: the wasm module is read on first use, so that no `init()` is needed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { coreModule } from "./core-module.js";
import { compile, install, installLazily, isReady, type WasmInput } from "./engine.js";
import { installHash } from "./platform-hasher.js";
import { recordsWasm } from "./records-module.js";
import { storeWasm } from "./store-module.js";

export * from "./core.js";

installHash(createHash);

recordsWasm.comesFrom(async () =>
  compile(await readFile(new URL("../wasm/records/records_bg.wasm", import.meta.url))),
);

storeWasm.comesFrom(async () =>
  compile(await readFile(new URL("../wasm/store/store_bg.wasm", import.meta.url))),
);

installLazily(() => {
  coreModule.initSync({ module: readFileSync(new URL("../wasm/core/core_bg.wasm", import.meta.url)) });
  return coreModule.bindings;
});

/**
 * Not needed in Node; with an `input` it names another module to use.
 *
 * @example
 * import { init } from "layerglass";
 * await init(await WebAssembly.compile(await readFile("core.wasm")));
 */
export async function init(input?: WasmInput): Promise<void> {
  if (input === undefined || isReady()) return;
  const module = await compile(input);
  coreModule.initSync({ module });
  install(coreModule.bindings);
}
