import { LayerglassError } from "./error.js";

/** Throws `invalid` unless the value is a whole number that the wasm module can take as a position or a count. */
export function checkCount(what: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff) return;
  const message = `\`${what}\` is a whole number from 0 on`;
  throw new LayerglassError({ kind: "invalid", code: "argument", message, found: String(value) });
}

/** Throws `invalid` unless the value names a hash of files' contents. */
export function checkContents(value: unknown): void {
  if (value === "xxh3" || value === "sha256") return;
  const message = "`contents` is `xxh3` or `sha256`";
  throw new LayerglassError({ kind: "invalid", code: "argument", message, found: String(value) });
}
