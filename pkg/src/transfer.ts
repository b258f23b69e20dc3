/** The entry `layerglass/transfer` for browsers. */
import { CompiledOnce } from "./compiled.js";
import { compile, type WasmInput } from "./engine.js";
import "./inspect-platform.js";
import { transferWorkers } from "./transfer/workers.js";
import { startWorker } from "./worker/start.js";

export * from "./transfer/index.js";

const wasm = new CompiledOnce(() =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/transfer/transfer_bg.wasm", import.meta.url)),
);

/**
 * Not needed where the module's file comes along with the package; `input` names another place for it.
 *
 * @example
 * import { init } from "layerglass/transfer";
 * await init(new URL("/assets/transfer.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  await wasm.get(input);
}

transferWorkers.use({
  module: () => wasm.get(),
  createWorker: () =>
    startWorker(() => new Worker(new URL("./transfer-worker.js", import.meta.url), { type: "module" })),
  workersReadBlobs: true,
});
