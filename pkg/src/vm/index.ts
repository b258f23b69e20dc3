/** What `layerglass/vm` exports beside `inspectDisk`. */
import type { WasmInput } from "../engine.js";
import { vmWasm } from "../vm-module.js";

export type { WasmInput } from "../engine.js";
export { LayerglassError } from "../error.js";
export type { FileInput } from "../random-access.js";
export type { ErrorData, Finding, Limits, Size } from "../types.js";
export type * from "./types.js";

/**
 * Not needed where the module's file comes along with the package; `input` names another place for it. The first call, or
 * the first `inspectDisk`, decides.
 *
 * @example
 * import { init } from "layerglass/vm";
 * await init(new URL("/assets/vm.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  await vmWasm.start(input);
}
