import { LayerglassError } from "./error.js";

/** Bytes as the wasm module takes them; anything that is not a view of bytes is an `invalid` error. */
export function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new LayerglassError({
    kind: "invalid",
    code: "argument",
    message: "bytes are expected as a Uint8Array",
  });
}
