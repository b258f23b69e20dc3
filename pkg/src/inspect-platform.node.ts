/** Workers of Node that look into images. */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { CompiledOnce } from "./compiled.js";
import { compile } from "./engine.js";
import { inspectWorkers } from "./inspect/workers.js";
import { workerOptions } from "./worker/start.node.js";

const wasmFile = () => new URL("../wasm/inspect/inspect_bg.wasm", import.meta.url);

/** The module of inspections. */
export const inspectWasm = new CompiledOnce(async () => compile(await readFile(wasmFile())));

inspectWorkers.use({
  module: () => inspectWasm.get(),
  createWorker: () =>
    new Worker(new URL("./inspect-worker.node.js", import.meta.url), workerOptions("inspect")),
  workersReadBlobs: false,
});
