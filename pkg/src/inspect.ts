/** The entry `layerglass/inspect` for browsers. */
import type { WasmInput } from "./engine.js";
import { inspectWasm } from "./inspect-platform.js";

export * from "./inspect/index.js";

/**
 * Not needed where the module's file comes along with the package; `input` names another place for it.
 *
 * @example
 * import { init } from "layerglass/inspect";
 * await init(new URL("/assets/inspect.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  await inspectWasm.get(input);
}
