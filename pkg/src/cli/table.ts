/** Sections of a report as text for a terminal. */
import { shortDigest } from "../elements/format/id.js";
import { groupDigits, humanSize } from "../elements/format/size.js";
import { plain } from "../elements/format/text.js";
import { shortTime } from "../elements/format/time.js";
import {
  type Cell,
  type CellKind,
  type Fact,
  type Section,
  type Table,
  withoutEmptyColumns,
} from "../report/model.js";
import type { Paint, Tone } from "./terminal.js";
import { columnsOf, cutTo, fillTo } from "./width.js";

/** How text is laid out. */
export interface Layout {
  /** Columns that there are; without it nothing is cut. */
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** Columns between two cells. */
const GAP = 2;
/** No column is made narrower than this to make room, unless it is so by itself. */
const LEAST = 6;
/** UTF-16 units of one cell; more is cut. */
const MOST_TEXT = 4096;

/** A cell as one line without control characters; with `short`, digests are cut in the middle. */
function cellText(kind: CellKind, value: Cell, short: boolean): string {
  if (value === undefined) return "–";
  if (typeof value !== "string") return kind === "bytes" ? humanSize(value) : groupDigits(value);
  if (kind === "digest" && short) return plain(shortDigest(value), MOST_TEXT);
  if (kind === "time") return plain(shortTime(value), MOST_TEXT);
  return plain(value, MOST_TEXT);
}

const TONES: Readonly<Record<string, Tone>> = {
  error: "red",
  differs: "red",
  unreadable: "red",
  damaged: "red",
  broken: "red",
  removed: "red",
  warning: "yellow",
  absent: "yellow",
  changed: "yellow",
  matches: "green",
  fine: "green",
  added: "green",
};

/** A section: its title, its facts and its tables. */
export function sectionLines(section: Section, layout: Layout, rows: number): string[] {
  const { title, notes, facts, tables } = section;
  const { paint, width } = layout;
  const cut = (text: string) => (width === undefined ? text : cutTo(text, width));
  return [
    paint("bold", cut(plain(title, 300))),
    ...notes.map((note) => cut(plain(note, MOST_TEXT))),
    ...factLines(facts, layout),
    ...tables.flatMap((table) => [
      ...(tables.length > 1 || facts.length > 0 ? ["", paint("dim", cut(plain(table.caption)))] : []),
      ...tableLines(table, layout, rows),
    ]),
  ];
}

/** Facts, their values below each other. */
export function factLines(facts: readonly Fact[], { width, paint }: Layout): string[] {
  const widest = Math.max(0, ...facts.map(({ name }) => columnsOf(plain(name))));
  const names = Math.min(widest, width === undefined ? widest : Math.floor(width / 2));
  return facts.map(({ name, kind, value }) => {
    // Alone on its line a digest has room.
    const text = cellText(kind, value, false);
    const shown = width === undefined ? text : cutTo(text, Math.max(LEAST, width - names - GAP));
    const painted = kind === "state" ? paintState(paint, value, shown) : shown;
    return `${paint("dim", fillTo(cutTo(plain(name), names), names))}${" ".repeat(GAP)}${painted}`;
  });
}

/** A table with a line for its head. Of its rows `most` are shown, and how many more there are is said. */
export function tableLines(table: Table, { width, paint }: Layout, most: number): string[] {
  const { columns: heads, rows } = withoutEmptyColumns(table);
  const shown = rows.slice(0, most);
  const cells = shown.map((row) => heads.map(({ kind }, at) => cellText(kind, row[at], width !== undefined)));
  const natural = heads.map(({ name }, at) =>
    Math.max(columnsOf(name), ...cells.map((row) => columnsOf(row[at] ?? ""))),
  );
  const widths = width === undefined ? natural : fit(natural, heads, width);
  const lay = (row: readonly string[], painted: (text: string, at: number) => string) =>
    row
      .map((text, at) => {
        const columns = widths[at] ?? 0;
        const kind = heads[at]?.kind;
        const isLast = at === row.length - 1;
        const cut = cutTo(text, columns);
        const atEnd = kind === "bytes" || kind === "count";
        return painted(isLast && !atEnd ? cut : fillTo(cut, columns, atEnd), at);
      })
      .join(" ".repeat(GAP));
  const head = lay(
    heads.map(({ name }) => name),
    (text) => paint("dim", text),
  );
  const lines = cells.map((row) =>
    lay(row, (text, at) => (heads[at]?.kind === "state" ? paintState(paint, row[at], text) : text)),
  );
  const more = rows.length - shown.length;
  const rest =
    more > 0 ? [paint("dim", `… and ${groupDigits(more)} more (--rows N or --json shows them)`)] : [];
  return [head, ...lines, ...rest];
}

function paintState(paint: Paint, state: Cell, text: string): string {
  const tone = typeof state === "string" ? TONES[state] : undefined;
  return tone ? paint(tone, text) : text;
}

/** Makes the widest texts narrower until all columns have room. Numbers and states stay whole. */
function fit(natural: readonly number[], heads: readonly { kind: CellKind }[], width: number): number[] {
  const widths = [...natural];
  const gaps = GAP * (widths.length - 1);
  let over = widths.reduce((sum, columns) => sum + columns, gaps) - width;
  const canGive = (at: number) => ["text", "code", "digest"].includes(heads[at]?.kind ?? "");
  while (over > 0) {
    let widest = -1;
    for (const [at, columns] of widths.entries())
      if (canGive(at) && columns > LEAST && (widest < 0 || columns > (widths[widest] ?? 0))) widest = at;
    if (widest < 0) break;
    // Down to the next widest, or as far as is needed.
    const next = Math.max(
      LEAST,
      ...widths.filter((columns, at) => canGive(at) && columns < (widths[widest] ?? 0)),
    );
    const give = Math.max(1, Math.min(over, (widths[widest] ?? 0) - next));
    widths[widest] = (widths[widest] ?? 0) - give;
    over -= give;
  }
  return widths;
}
