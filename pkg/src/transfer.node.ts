/** The entry `layerglass/transfer` for Node. */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { type CompiledModule, compile, type WasmInput } from "./engine.js";
import { usePlatform } from "./transfer/platform.js";

export * from "./transfer/index.js";

const wasmFile = () => new URL("../wasm/transfer/transfer_bg.wasm", import.meta.url);

let compiled: Promise<CompiledModule> | undefined;

function load(input?: WasmInput): Promise<CompiledModule> {
  compiled ??= (input ? compile(input) : readFile(wasmFile()).then(compile)).catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

/**
 * Not needed in Node; with `input` it names another module to use.
 *
 * @example
 * import { init } from "layerglass/transfer";
 * await init(await WebAssembly.compile(await readFile("transfer.wasm")));
 */
export async function init(input?: WasmInput): Promise<void> {
  await load(input);
}

usePlatform({
  module: () => load(),
  // The process's own flags are for its main script and may not fit a worker.
  createWorker: () =>
    new Worker(new URL("./transfer-worker.node.js", import.meta.url), {
      name: "layerglass transfer",
      execArgv: [],
    }),
  workersReadBlobs: false,
});
