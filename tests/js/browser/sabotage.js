/** The package's worker whose scanner fails as a wasm module does that has run into a wall. */
import "/pkg/dist/worker.js";
import { LayerScanner } from "/pkg/wasm/archive/archive.js";

LayerScanner.prototype.push = () => {
  throw new WebAssembly.RuntimeError("unreachable");
};
