/** Images of Docker up to 1.9, where each layer had its own JSON document and a free identifier. */
import { asBytes } from "./bytes.js";
import { call } from "./engine.js";
import { ImageConfig } from "./image-config.js";
import { toJsonText } from "./json.js";
import { asText, asTexts } from "./text.js";
import type { HistoryStep } from "./types.js";

/** What a legacy document is made with. */
export interface FromConfigOptions {
  /** Its identifier. */
  readonly id: string;
  /** Identifier of the layer below; one that the config has stays when none is given. */
  readonly parent?: string;
  /** Is the layer empty? */
  readonly throwaway?: boolean;
}

/**
 * The identifier that Docker 1.10 and later give a layer in the legacy form: a digest over its document, the chain id of
 * its layers and the identifier of the layer below. Give the document's times in UTC for identifiers that are the same
 * everywhere.
 *
 * @example
 * v1.createId(document, chainIds(diffIds).at(-1), parentId);
 */
export function createId(document: Uint8Array, chainId: string, parent?: string): string {
  const below = parent === undefined ? undefined : asText("parent", parent);
  return call((wasm) => wasm.v1CreateId(asBytes(document), asText("chainId", chainId), below));
}

/**
 * The config that Docker makes of the legacy document of the top layer.
 *
 * @example
 * v1.toConfig(document, diffIds, documents.map((one) => v1.history(one))).id;
 */
export function toConfig(
  document: Uint8Array,
  diffIds: readonly string[],
  history: readonly Omit<HistoryStep, "layer">[],
): ImageConfig {
  const steps = toJsonText(
    "history",
    Array.from(history, ({ created, author, createdBy, comment, emptyLayer }) => ({
      created,
      author,
      created_by: createdBy,
      comment,
      empty_layer: emptyLayer,
    })),
  );
  return ImageConfig.parse(
    call((wasm) => wasm.v1ToConfig(asBytes(document), asTexts("diffIds", diffIds), steps)),
  );
}

/**
 * The legacy document of an image's top layer.
 *
 * @example
 * v1.fromConfig(config, { id: v1.createId(config.raw, chainId).slice(7) });
 */
export function fromConfig(config: ImageConfig | Uint8Array, options: FromConfigOptions): Uint8Array {
  const bytes = config instanceof ImageConfig ? config.raw : asBytes(config);
  const id = asText("id", options.id);
  const parent = options.parent === undefined ? undefined : asText("parent", options.parent);
  return call((wasm) => wasm.v1FromConfig(bytes, id, parent, options.throwaway === true));
}

/**
 * The step of a history that a legacy document stands for.
 *
 * @example
 * v1.history(document).createdBy;
 */
export function history(document: Uint8Array, options: { readonly emptyLayer?: boolean } = {}): HistoryStep {
  return call((wasm) => wasm.v1History(asBytes(document), options.emptyLayer === true));
}

/**
 * Has an identifier the form that Docker asks for: 64 hexadecimal digits in lower case?
 *
 * @example
 * v1.isValidId("abc"); // false
 */
export function isValidId(id: unknown): boolean {
  return typeof id === "string" && id.length === 64 && call((wasm) => wasm.v1IsValidId(id));
}

/**
 * Is one version of Docker older than another?
 *
 * @example
 * v1.versionLessThan("1.8.2", "1.8.3"); // true
 */
export function versionLessThan(version: string, than: string): boolean {
  return call((wasm) => wasm.v1VersionLessThan(asText("version", version), asText("than", than)));
}
