import { asciiRow, hexRow } from "./bytes-text.js";
import { commonEnds } from "./diff-ends.js";
import type { Compared, LineChange } from "./diff-lines.js";
import type { Span } from "./pieces.js";

/** One line of one side. */
export interface Side {
  /** Position of the line, from 0. */
  readonly line: number;
  readonly text: string;
  /** What of it is not on the other side; nothing where that is not told, or all of it is. */
  readonly spans: readonly Span[];
}

/** A row of a comparison. Rows that differ have the number of their change, from 0. */
export type DiffRow =
  | { readonly kind: "same"; readonly before: Side; readonly after: Side }
  | { readonly kind: "changed"; readonly change: number; readonly before?: Side; readonly after?: Side }
  /** Unchanged lines that are not shown. */
  | { readonly kind: "fold"; readonly from: number; readonly lines: number };

/** Two texts and how they differ. */
export interface Difference {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly compared: Compared;
  /** Lines that are only on one side. */
  readonly removed: number;
  readonly added: number;
  /** Places where they differ. */
  readonly changes: number;
}

/** Unchanged lines that are shown around changes. */
const CONTEXT = 3;

export function difference(
  before: readonly string[],
  after: readonly string[],
  compared: Compared,
): Difference {
  const changed = compared.changes.filter(({ isSame }) => !isSame);
  const lines = (side: "before" | "after"): number =>
    changed.reduce((sum, change) => sum + change[side][1] - change[side][0], 0);
  return {
    before,
    after,
    compared,
    removed: lines("before"),
    added: lines("after"),
    changes: changed.length,
  };
}

/** Without looking into what lies between the common beginning and the common end. */
export function coarse(before: readonly string[], after: readonly string[]): Compared {
  const { head, tail } = commonEnds(before, after);
  const [left, right] = [before.length - tail, after.length - tail];
  const changes: LineChange[] = [
    { isSame: true, before: [0, head], after: [0, head] },
    { isSame: false, before: [head, left], after: [head, right] },
    { isSame: true, before: [left, before.length], after: [right, after.length] },
  ];
  const some = changes.filter(
    (change) => change.before[0] < change.before[1] || change.after[0] < change.after[1],
  );
  return { changes: some, isCoarse: true };
}

/** Bytes that a row of a comparison in hex holds. */
export const HEX_COLUMNS = 8;

/** Bytes in rows of hexadecimal and ASCII, to be compared as texts are, place by place. */
export function hexDifference(before: Uint8Array, after: Uint8Array): Difference {
  const rows = Math.ceil(Math.max(before.length, after.length) / HEX_COLUMNS);
  const [left, right]: [string[], string[]] = [[], []];
  const changes: HexChange[] = [];
  for (let row = 0; row < rows; row += 1) {
    const [from, to] = [row * HEX_COLUMNS, (row + 1) * HEX_COLUMNS];
    const [one, two] = [before.subarray(from, to), after.subarray(from, to)];
    const differing = Array.from({ length: HEX_COLUMNS }, (_, at) => at).filter((at) => one[at] !== two[at]);
    const isSame = differing.length === 0;
    let change = changes.at(-1);
    if (change?.isSame !== isSame) {
      change = { isSame, before: [left.length, left.length], after: [right.length, right.length], words: [] };
      changes.push(change);
    }
    if (one.length > 0) change.before[1] = left.push(hexLine(one));
    if (two.length > 0) change.after[1] = right.push(hexLine(two));
    if (!isSame) change.words.push([positions(one, differing), positions(two, differing)]);
  }
  return difference(left, right, { isCoarse: false, changes });
}

/** Rows of bytes that are the same, or that are not; it grows while they are gone through. */
interface HexChange extends LineChange {
  readonly before: [from: number, to: number];
  readonly after: [from: number, to: number];
  readonly words: (readonly [before: readonly number[], after: readonly number[]])[];
}

function hexLine(bytes: Uint8Array): string {
  const ascii = asciiRow(bytes)
    .map(({ text }) => text)
    .join("");
  return `${hexRow(bytes).padEnd(HEX_COLUMNS * 3 - 1)}  ${ascii}`;
}

/** Where in a row of hexadecimal some bytes are written. */
function positions(bytes: Uint8Array, at: readonly number[]): number[] {
  return at.filter((each) => each < bytes.length).flatMap((each) => [each * 3, each * 3 + 2]);
}

/** The rows of a comparison, side by side or one below the other. Folds whose first line is in `open` are shown. */
export function diffRows(
  { before, after, compared }: Difference,
  isSplit: boolean,
  open: ReadonlySet<number>,
): DiffRow[] {
  const rows: DiffRow[] = [];
  let number = -1;
  for (const [at, change] of compared.changes.entries()) {
    if (change.isSame) {
      const isFirst = at === 0;
      const isLast = at === compared.changes.length - 1;
      pushSame(rows, before, after, change, open, isFirst, isLast);
      continue;
    }
    number += 1;
    const side = (which: 0 | 1, index: number): Side | undefined => {
      const [[from, to], lines] = which === 0 ? [change.before, before] : [change.after, after];
      const line = from + index;
      if (line >= to) return undefined;
      return { line, text: lines[line] ?? "", spans: spansOf(change.words?.[index]?.[which]) };
    };
    const [removed, added] = [change.before[1] - change.before[0], change.after[1] - change.after[0]];
    if (isSplit) {
      for (let index = 0; index < Math.max(removed, added); index += 1)
        rows.push(changedRow(number, side(0, index), side(1, index)));
    } else {
      for (let index = 0; index < removed; index += 1)
        rows.push(changedRow(number, side(0, index), undefined));
      for (let index = 0; index < added; index += 1) rows.push(changedRow(number, undefined, side(1, index)));
    }
  }
  return rows;
}

function changedRow(change: number, before: Side | undefined, after: Side | undefined): DiffRow {
  return { kind: "changed", change, ...(before && { before }), ...(after && { after }) };
}

function pushSame(
  rows: DiffRow[],
  before: readonly string[],
  after: readonly string[],
  change: LineChange,
  open: ReadonlySet<number>,
  isFirst: boolean,
  isLast: boolean,
): void {
  const count = change.before[1] - change.before[0];
  const above = isFirst ? 0 : CONTEXT;
  const hidden = count - above - (isLast ? 0 : CONTEXT);
  const from = change.before[0];
  // A fold of one or two lines would take as much room as they do.
  const isFolded = hidden > 2 && !open.has(from);
  for (let index = 0; index < count; index += 1) {
    if (isFolded && index === above) {
      rows.push({ kind: "fold", from, lines: hidden });
      index += hidden - 1;
      continue;
    }
    const side = (line: number, lines: readonly string[]): Side => ({
      line,
      text: lines[line] ?? "",
      spans: [],
    });
    rows.push({
      kind: "same",
      before: side(change.before[0] + index, before),
      after: side(change.after[0] + index, after),
    });
  }
}

function spansOf(pairs: readonly number[] | undefined): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at + 1 < (pairs?.length ?? 0); at += 2)
    spans.push({ from: pairs?.[at] ?? 0, to: pairs?.[at + 1] ?? 0, name: "changed" });
  return spans;
}

/** The first byte in which two differ; `undefined` where one begins with all of the other and they are of one length. */
export function firstDifference(before: Uint8Array, after: Uint8Array): number | undefined {
  const { head } = commonEnds(before, after);
  return head === before.length && head === after.length ? undefined : head;
}
