/** The entry `layerglass/testing`: what every backend has to do, as a suite that its author can run. */
import { toError } from "./error.js";
import type { LayerStorage } from "./layer-types.js";
import { checkLayers } from "./layers/conformance.js";
import { guardBackend } from "./store/guard.js";
import type { Awaitable, Backend, ConformanceReport } from "./store-types.js";
import { testingWasm } from "./testing-module.js";

export type { ConformanceCheck, ConformanceReport } from "./store-types.js";

/**
 * Runs the suite on a backend: listing, binary safety, odd keys, large values, many calls at once, swapping, locking. It
 * works below `layerglass/conformance/` and removes what it writes. Whether records survive the end of a process cannot be
 * seen from inside.
 *
 * @example
 * import { testBackend } from "layerglass/testing";
 * const { failures } = await testBackend(() => myBackend());
 * assert.deepEqual(failures, []);
 */
export async function testBackend(makeBackend: () => Awaitable<Backend>): Promise<ConformanceReport> {
  const backend = guardBackend(await makeBackend());
  try {
    const wasm = await testingWasm.start();
    const checks = await wasm.runConformance(backend);
    return { checks, failures: checks.filter(({ outcome }) => outcome === "failed") };
  } catch (thrown) {
    throw toError(thrown);
  }
}

/**
 * Runs the suite on a storage of layers: each check on one that `makeLayers` makes anew and that is empty.
 *
 * @example
 * import { testLayers } from "layerglass/testing";
 * const { failures } = await testLayers(() => myLayers());
 * assert.deepEqual(failures, []);
 */
export async function testLayers(makeLayers: () => Awaitable<LayerStorage>): Promise<ConformanceReport> {
  const checks = await checkLayers(makeLayers);
  return { checks, failures: checks.filter(({ outcome }) => outcome === "failed") };
}
