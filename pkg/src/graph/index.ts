/** What `layerglass/graph` exports. */
import type { WasmInput } from "../engine.js";
import { graphWasm } from "../graph-module.js";

export type { WasmInput } from "../engine.js";
export { LayerglassError } from "../error.js";
export type { Backend, Sharing } from "../store-types.js";
export type { ErrorData, Limits, PlatformData, Size } from "../types.js";
export { PathFilter } from "./filter.js";
export { Graph } from "./graph.js";
export { formatLayerUrl, parseLayerUrl } from "./layer-url.js";
export { NamedStores } from "./named-stores.js";
export { TagStore } from "./tag-store.js";
export type * from "./types.js";

/**
 * Not needed where the module's file comes along with the package; `input` names another place for it. Whatever is opened
 * first decides.
 *
 * @example
 * import { init } from "layerglass/graph";
 * await init(new URL("/assets/graph.wasm", location.href));
 */
export async function init(input?: WasmInput): Promise<void> {
  await graphWasm.start(input);
}
