/** Errors of reading, in words for whoever stands at the terminal. */
import { errorPlace } from "../elements/format/error.js";
import { toError } from "../error.js";

/** What went wrong and where, and what was expected instead. */
export function describeError(thrown: unknown): string[] {
  const error = toError(thrown);
  const place = errorPlace(error);
  const lines = [`${error.message}${place === "" ? "" : ` (${place})`}`];
  if (error.expected !== undefined)
    lines.push(`expected ${error.expected}, found ${error.found ?? "nothing"}`);
  if (error.candidates) lines.push(`it could be ${error.candidates.join(", ")}`);
  return lines;
}
