import { diffArrays, diffWordsWithSpace } from "diff";
import { commonEnds } from "./diff-ends.js";

/** Two texts are to be compared line by line. */
export interface DiffTask {
  readonly do: "diff";
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Milliseconds that it may take. */
  readonly time: number;
  /** Characters of a line within which changed words are looked for. */
  readonly wordCharacters: number;
}

/** Lines that are the same on both sides, or that take each other's place. Positions from 0, the end not included. */
export interface LineChange {
  readonly isSame: boolean;
  readonly before: readonly [from: number, to: number];
  readonly after: readonly [from: number, to: number];
  /** Of the lines that stand opposite each other: what changed within them, as pairs of positions in each. */
  readonly words?: readonly (readonly [before: readonly number[], after: readonly number[]] | undefined)[];
}

/** The outcome of a comparison. */
export interface Compared {
  readonly changes: readonly LineChange[];
  /** The time was not enough: what lies between the common beginning and end was not looked into. */
  readonly isCoarse: boolean;
}

/** Compares two texts. Equal beginnings and ends are taken off first; most changes are small. */
export function compareLines({ before, after, time, wordCharacters }: DiffTask): Compared {
  const until = performance.now() + time;
  const { head, tail } = commonEnds(before, after);
  const inner = between(
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
    head,
    time / 2,
  );
  const changes: LineChange[] = [];
  if (head > 0) changes.push({ isSame: true, before: [0, head], after: [0, head] });
  for (const change of inner.changes)
    changes.push(change.isSame ? change : withWords(change, before, after, wordCharacters, until));
  if (tail > 0)
    changes.push({
      isSame: true,
      before: [before.length - tail, before.length],
      after: [after.length - tail, after.length],
    });
  return { changes, isCoarse: inner.isCoarse };
}

/** What changed between the common beginning, of `head` lines, and the common end. */
function between(before: string[], after: string[], head: number, timeout: number): Compared {
  const all: LineChange = {
    isSame: false,
    before: [head, head + before.length],
    after: [head, head + after.length],
  };
  if (before.length === 0 && after.length === 0) return { changes: [], isCoarse: false };
  if (before.length === 0 || after.length === 0) return { changes: [all], isCoarse: false };
  const found = diffArrays(before, after, { timeout });
  if (!found) return { changes: [all], isCoarse: true };
  const changes: LineChange[] = [];
  let [left, right] = [head, head];
  for (let at = 0; at < found.length; ) {
    const [fromLeft, fromRight] = [left, right];
    const isSame = !found[at]?.added && !found[at]?.removed;
    // Removed and added lines that touch each other take each other's place.
    do {
      const part = found[at];
      if (!part) break;
      if (!part.added) left += part.value.length;
      if (!part.removed) right += part.value.length;
      at += 1;
    } while (!isSame && (found[at]?.added || found[at]?.removed));
    changes.push({ isSame, before: [fromLeft, left], after: [fromRight, right] });
  }
  return { changes, isCoarse: false };
}

function withWords(
  change: LineChange,
  before: readonly string[],
  after: readonly string[],
  most: number,
  until: number,
): LineChange {
  const opposite = Math.min(change.before[1] - change.before[0], change.after[1] - change.after[0]);
  if (opposite === 0) return change;
  const words = Array.from({ length: opposite }, (_, index) => {
    const [left, right] = [before[change.before[0] + index] ?? "", after[change.after[0] + index] ?? ""];
    const isShort = left.length <= most && right.length <= most && performance.now() < until;
    return isShort ? changedWords(left, right, until - performance.now()) : changedMiddle(left, right);
  });
  return { ...change, words };
}

/** What of two lines is not in the other; nothing where they have little in common. */
function changedWords(
  left: string,
  right: string,
  timeout: number,
): readonly [before: readonly number[], after: readonly number[]] | undefined {
  const parts = diffWordsWithSpace(left, right, { timeout });
  if (!parts) return undefined;
  const [before, after]: [number[], number[]] = [[], []];
  let [atLeft, atRight, same] = [0, 0, 0];
  for (const { value, added, removed } of parts) {
    const { length } = value;
    if (added) after.push(atRight, atRight + length);
    else if (removed) before.push(atLeft, atLeft + length);
    else same += value.trim().length;
    if (!added) atLeft += length;
    if (!removed) atRight += length;
  }
  return same * 4 < Math.max(left.trim().length, right.trim().length) ? undefined : [before, after];
}

/** What lies between the common beginning and the common end of two lines: for those that are too long for words. */
function changedMiddle(
  left: string,
  right: string,
): readonly [before: readonly number[], after: readonly number[]] {
  const { head, tail } = commonEnds(left, right);
  return [
    [head, left.length - tail],
    [head, right.length - tail],
  ];
}
