/** Values on their way into the wasm module as JSON, with every integer as it is. */
import { LayerglassError } from "./error.js";

/** Levels that an argument may have. */
const MAX_DEPTH = 100;

/** A plain value as JSON; a `bigint` is written as the number that it is. What JSON cannot say is an `invalid` error. */
export function toJsonText(what: string, value: unknown): string {
  const refuse = (message: string) =>
    new LayerglassError({ kind: "invalid", code: "argument", message: `\`${what}\` ${message}` });
  const write = (value: unknown, depth: number): string => {
    if (depth > MAX_DEPTH) throw refuse("is nested too deep");
    if (value === null || value === undefined) return "null";
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number" && !Number.isFinite(value))
      throw refuse("has a number that JSON cannot say");
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean")
      return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((element) => write(element, depth + 1)).join()}]`;
    if (typeof value !== "object") throw refuse(`has a ${typeof value}`);
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member, depth + 1)}`).join()}}`;
  };
  return write(value, 0);
}
