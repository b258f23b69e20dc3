import { LayerglassError } from "./error.js";

/**
 * Bytes as the wasm module takes them; anything that is not a view of bytes is an `invalid` error. Always a plain array of
 * bytes: that of a Node `Buffer` has a `slice` that does not copy.
 */
export function asBytes(value: unknown): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new LayerglassError({
    kind: "invalid",
    code: "argument",
    message: "bytes are expected as a Uint8Array",
  });
}

/** Bytes as text that survives JSON. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** The bytes again. */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch (cause) {
    const message = "the exact bytes are expected in base64";
    throw new LayerglassError({ kind: "invalid", code: "argument", message }, { cause });
  }
}
