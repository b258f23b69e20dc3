/** What things are put in order by. */
export type Key = string | number | bigint;

const WORDS = new Intl.Collator("en", { numeric: true });

/** Negative when `a` comes first: numbers by size, text as people sort it, with numbers in it by their size. */
export function compare(a: Key, b: Key): number {
  if (typeof a === "string" || typeof b === "string") return WORDS.compare(String(a), String(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
