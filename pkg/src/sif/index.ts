/** What `layerglass/sif` exports beside `inspectSif`. */
import type { WasmInput } from "../engine.js";
import { sifWasm } from "../sif-module.js";

export type { WasmInput } from "../engine.js";
export { LayerglassError } from "../error.js";
export type { FileInput } from "../random-access.js";
export type {
  DescriptorData,
  ErrorData,
  Finding,
  Limits,
  PlatformData,
  RunConfigData,
  Size,
} from "../types.js";
export type * from "./types.js";

/**
 * Not needed where the module's file comes along with the package; `input` names another place for it. The first call, or
 * the first `inspectSif`, decides.
 *
 * @example
 * import { init } from "layerglass/sif";
 * await init(new URL("/assets/sif.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  await sifWasm.start(input);
}
