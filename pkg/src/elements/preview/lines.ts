import { PREVIEW_LIMITS } from "./limits.js";

/** A row of a text: a line, or a part of a very long one. */
export interface TextRow {
  /** The line's number from 1. */
  readonly line: number;
  readonly text: string;
  /** Where it begins in its line, in characters; more than 0 where the row goes on with a line. */
  readonly from: number;
}

/** Where the lines of a text end. */
export type LineEnds = "LF" | "CRLF" | "mixed" | "none";

/** A text in rows. */
export interface TextRows {
  readonly rows: readonly TextRow[];
  readonly ends: LineEnds;
  /** There are more rows than are shown. */
  readonly isCut: boolean;
}

/** Cuts a text into rows. Lines end with a line feed, before which a carriage return may stand. */
export function textRows(
  text: string,
  most: number = PREVIEW_LIMITS.lines,
  width: number = PREVIEW_LIMITS.rowCharacters,
): TextRows {
  const rows: TextRow[] = [];
  let [line, start, plain, carriage] = [0, 0, 0, 0];
  while (start < text.length || line === 0) {
    const end = text.indexOf("\n", start);
    let stop = end < 0 ? text.length : end;
    const hasCarriage = end > start && text.charCodeAt(end - 1) === 13;
    if (hasCarriage) stop -= 1;
    if (hasCarriage) carriage += 1;
    else if (end >= 0) plain += 1;
    line += 1;
    for (let from = start; ; ) {
      if (rows.length >= most) return { rows, ends: ends(plain, carriage), isCut: true };
      let to = Math.min(stop, from + width);
      // Not between the halves of one character.
      if (to < stop && isHighHalf(text.charCodeAt(to - 1))) to -= 1;
      rows.push({ line, text: text.slice(from, to), from: from - start });
      if (to >= stop) break;
      from = to;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return { rows, ends: ends(plain, carriage), isCut: false };
}

function ends(plain: number, carriage: number): LineEnds {
  if (carriage === 0) return plain === 0 ? "none" : "LF";
  return plain === 0 ? "CRLF" : "mixed";
}

function isHighHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
