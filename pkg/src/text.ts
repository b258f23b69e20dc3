import type { CoreBindings } from "./bindings.js";
import { engine } from "./engine.js";
import { isErrorData, LayerglassError, toError } from "./error.js";

/** UTF-16 units that a reference, a digest or another name may have. Longer ones are a `limit` error. */
export const MAX_TEXT = 1 << 24;

/** An argument that has to be text; anything else is an `invalid` error. */
export function asText(what: string, value: unknown): string {
  if (typeof value !== "string") {
    const message = `\`${what}\` is a string`;
    throw new LayerglassError({ kind: "invalid", code: "argument", message, found: typeof value });
  }
  if (value.length <= MAX_TEXT) return value;
  throw new LayerglassError(
    {
      kind: "limit",
      code: "text-length",
      message: `\`${what}\` is longer than the limit`,
      expected: `${MAX_TEXT} at most`,
      found: String(value.length),
    },
    { input: value },
  );
}

/** A list of texts, for what takes no other values. */
export function asTexts(what: string, values: unknown): string[] {
  if (Array.isArray(values)) return values.map((value) => asText(what, value));
  throw new LayerglassError({
    kind: "invalid",
    code: "argument",
    message: `\`${what}\` is a list of strings`,
  });
}

/** Runs one call about a text; its error carries the text, and its offset is a place in that string. */
export function callAbout<T>(text: string, work: (bindings: CoreBindings) => T): T {
  const bindings = engine();
  try {
    return work(bindings);
  } catch (thrown) {
    throw errorAbout(text, thrown);
  }
}

function errorAbout(text: string, thrown: unknown): LayerglassError {
  if (!isErrorData(thrown) || thrown instanceof Error) return toError(thrown);
  if (typeof thrown.offset !== "number") return new LayerglassError(thrown, { input: text });
  return new LayerglassError({ ...thrown, offset: indexOfByte(text, thrown.offset) }, { input: text });
}

/** The index in a string of a byte of its UTF-8. */
function indexOfByte(text: string, offset: number): number {
  let index = 0;
  for (let bytes = 0; bytes < offset && index < text.length; index++) {
    const point = text.codePointAt(index) ?? 0;
    // A surrogate alone becomes U+FFFD, which has three bytes as well.
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (point >= 0x10000) index++;
  }
  return index;
}
