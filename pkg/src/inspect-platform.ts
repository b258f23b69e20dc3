/** Workers of browsers that look into images. */
import { CompiledOnce } from "./compiled.js";
import { compile } from "./engine.js";
import { inspectWorkers } from "./inspect/workers.js";
import { startWorker } from "./worker/start.js";

/** The module of inspections. */
export const inspectWasm = new CompiledOnce(() =>
  // Written out so that bundlers see the file and bring it along.
  compile(new URL("../wasm/inspect/inspect_bg.wasm", import.meta.url)),
);

inspectWorkers.use({
  module: () => inspectWasm.get(),
  createWorker: () =>
    startWorker(() => new Worker(new URL("./inspect-worker.js", import.meta.url), { type: "module" })),
  workersReadBlobs: true,
});
