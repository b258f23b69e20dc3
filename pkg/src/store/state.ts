import { asBytes } from "../bytes.js";
import { LayerglassError } from "../error.js";
import type { ImageState } from "../store-types.js";
import { asText } from "../text.js";

/** An image's state as it crosses into the module: names, parent, last updated, built locally, metadata. */
export type ImageStateParts = readonly [
  names: readonly string[],
  parent: string | undefined,
  lastUpdated: string | undefined,
  builtLocally: boolean,
  metadata: readonly (readonly [name: string, value: Uint8Array])[],
];

/** A state that can be changed. */
export function toState([names, parent, lastUpdated, builtLocally, metadata]: ImageStateParts): ImageState {
  return {
    names: new Set(names),
    parent,
    lastUpdated,
    builtLocally,
    metadata: new Map(metadata.map(([name, value]) => [name, value.slice()])),
  };
}

/** The state again as the module takes it. */
export function toParts(state: ImageState): ImageStateParts {
  const optional = (what: string, value: unknown) =>
    value === undefined || value === null ? undefined : asText(what, value);
  const { names, parent, lastUpdated, builtLocally, metadata } = Object(state) as ImageState;
  if (!(names instanceof Set) || !(metadata instanceof Map)) {
    const message = "a state has a set of `names` and a map of `metadata`";
    throw new LayerglassError({ kind: "invalid", code: "argument", message });
  }
  return [
    Array.from(names, (name) => asText("names", name)),
    optional("parent", parent),
    optional("lastUpdated", lastUpdated),
    builtLocally === true,
    Array.from(metadata, ([name, value]) => [asText("metadata", name), asBytes(value).slice()] as const),
  ];
}
