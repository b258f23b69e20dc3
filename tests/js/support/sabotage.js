/** The package's worker with one thing broken: it fails as a wasm module does that has run into a wall. */
import { workerData } from "node:worker_threads";

const generated = await import(
  new URL("../wasm/archive/archive.js", import.meta.resolve("layerglass/worker"))
);
const { what } = workerData;

if (what === "exit") generated.LayerScanner.prototype.push = () => process.exit(3);
else if (what === "memory") {
  generated.LayerScanner.prototype.push = () => {
    throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
  };
} else if (what === "block") {
  generated.ArchivePass.prototype.push = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
} else {
  const [name, method] = what.split(".");
  generated[name].prototype[method] = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
}

await import(import.meta.resolve("layerglass/worker"));
