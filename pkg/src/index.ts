/** The entry `layerglass` for browsers and edge runtimes: `await init()` before anything else. */
import { coreModule } from "./core-module.js";
import { compile, install, isReady, type WasmInput } from "./engine.js";

export * from "./core.js";

let starting: Promise<void> | undefined;

/**
 * Loads the wasm module; a second call waits for the first. Node needs no call.
 *
 * @param input where the module is; by default the file that comes with the package (`layerglass/core.wasm`)
 * @example
 * import { init, Reference } from "layerglass";
 * await init();
 * Reference.parse("redis:7").familiar;
 */
export function init(input?: WasmInput): Promise<void> {
  starting ??= start(input).catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

async function start(input: WasmInput | undefined): Promise<void> {
  if (isReady()) return;
  // Written out so that bundlers see the file and bring it along.
  const module = await compile(input ?? new URL("../wasm/core/core_bg.wasm", import.meta.url));
  await coreModule.start(module);
  install(coreModule.bindings);
}
