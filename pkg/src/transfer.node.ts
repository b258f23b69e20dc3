/** The entry `layerglass/transfer` for Node. */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { CompiledOnce } from "./compiled.js";
import { compile, type WasmInput } from "./engine.js";
import "./inspect-platform.node.js";
import { transferWorkers } from "./transfer/workers.js";
import { workerOptions } from "./worker/start.node.js";

export * from "./transfer/index.js";

const wasmFile = () => new URL("../wasm/transfer/transfer_bg.wasm", import.meta.url);

const wasm = new CompiledOnce(async () => compile(await readFile(wasmFile())));

/**
 * Not needed in Node; with `input` it names another module to use.
 *
 * @example
 * import { init } from "layerglass/transfer";
 * await init(await WebAssembly.compile(await readFile("transfer.wasm")));
 */
export async function init(input?: WasmInput): Promise<void> {
  await wasm.get(input);
}

transferWorkers.use({
  module: () => wasm.get(),
  createWorker: () =>
    new Worker(new URL("./transfer-worker.node.js", import.meta.url), workerOptions("transfer")),
  workersReadBlobs: false,
});
