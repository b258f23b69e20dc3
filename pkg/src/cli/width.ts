/** How many columns of a terminal a text takes. */

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Scripts and signs that terminals draw two columns wide (UAX 11: wide and fullwidth). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** Columns of a text that is one line without control characters. */
export function columnsOf(text: string): number {
  if (isNarrow(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += segmentColumns(segment);
  return columns;
}

/** A text that takes no more columns; what is cut off leaves an ellipsis. */
export function cutTo(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  if (isNarrow(text)) return `${text.slice(0, Math.max(0, most - 1))}…`;
  let columns = 0;
  let kept = "";
  for (const { segment } of segmenter.segment(text)) {
    columns += segmentColumns(segment);
    if (columns > most - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** A text filled up with spaces. */
export function fillTo(text: string, columns: number, end = false): string {
  const room = " ".repeat(Math.max(0, columns - columnsOf(text)));
  return end ? room + text : text + room;
}

function isNarrow(text: string): boolean {
  return /^[\x20-\x7e\u00a0-\u02ff…–⟨⟩→✓✗]*$/.test(text);
}

function segmentColumns(segment: string): number {
  if (/^\p{M}+$/u.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}
