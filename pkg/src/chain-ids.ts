import { call } from "./engine.js";
import { asTexts } from "./text.js";

/**
 * The chain id of each stack of layers, lowest first, from the layers' diff ids.
 *
 * @example
 * const [base, withApp] = chainIds(config.rootFs.diffIds);
 */
export function chainIds(diffIds: readonly string[]): string[] {
  return call((wasm) => wasm.chainIds(asTexts("diffIds", diffIds)));
}
