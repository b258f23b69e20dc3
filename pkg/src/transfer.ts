/** The entry `layerglass/transfer` for browsers. */
import { type CompiledModule, compile, type WasmInput } from "./engine.js";
import { LayerglassError } from "./error.js";
import { usePlatform } from "./transfer/platform.js";

export * from "./transfer/index.js";

let compiled: Promise<CompiledModule> | undefined;

function load(input?: WasmInput): Promise<CompiledModule> {
  // Written out so that bundlers see the file and bring it along.
  compiled ??= compile(input ?? new URL("../wasm/transfer/transfer_bg.wasm", import.meta.url)).catch(
    (error: unknown) => {
      compiled = undefined;
      throw error;
    },
  );
  return compiled;
}

/**
 * Not needed where the module's file comes along with the package; `input` names another place for it.
 *
 * @example
 * import { init } from "layerglass/transfer";
 * await init(new URL("/assets/transfer.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  await load(input);
}

usePlatform({
  module: () => load(),
  createWorker() {
    if (typeof Worker !== "function") {
      throw new LayerglassError({
        kind: "unsupported",
        code: "no-workers",
        message: "this runtime has no workers: give `createWorker`",
      });
    }
    // Written out so that bundlers see the worker and bring it along.
    return new Worker(new URL("./transfer-worker.js", import.meta.url), { type: "module" });
  },
  workersReadBlobs: true,
});
