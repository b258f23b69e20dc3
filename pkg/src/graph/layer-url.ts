import { toError } from "../error.js";
import { graphWasm } from "../graph-module.js";
import { asText } from "../text.js";
import type { LayerUrlParts } from "./types.js";

/**
 * The parts of the URL of a layer or, with `store`, of a store.
 *
 * @example
 * await parseLayerUrl("http://host/storage/images/store/a%20b"); // { host: "host", store: "store", id: "a b" }
 */
export async function parseLayerUrl(
  url: string,
  options: { readonly store?: boolean } = {},
): Promise<LayerUrlParts> {
  const wasm = await graphWasm.start();
  try {
    return wasm.parseLayerUrl(asText("url", url), options.store === true);
  } catch (thrown) {
    throw toError(thrown);
  }
}

/**
 * The URL of a layer or, without an id, of a store.
 *
 * @example
 * await formatLayerUrl({ store: "store", id: "a b" }); // "/storage/images/store/a%20b"
 */
export async function formatLayerUrl(parts: LayerUrlParts): Promise<string> {
  const wasm = await graphWasm.start();
  try {
    return wasm.formatLayerUrl(parts.host, asText("store", parts.store), parts.id);
  } catch (thrown) {
    throw toError(thrown);
  }
}
