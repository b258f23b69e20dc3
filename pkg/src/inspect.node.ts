/** The entry `layerglass/inspect` for Node. */
import type { WasmInput } from "./engine.js";
import { inspectWasm } from "./inspect-platform.node.js";

export * from "./inspect/index.js";

/**
 * Not needed in Node; with `input` it names another module to use.
 *
 * @example
 * import { init } from "layerglass/inspect";
 * await init(await WebAssembly.compile(await readFile("inspect.wasm")));
 */
export async function init(input?: WasmInput): Promise<void> {
  await inspectWasm.get(input);
}
