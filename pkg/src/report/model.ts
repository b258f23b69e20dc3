/** A report as sections of facts and tables: what every format writes, each in its own way. */
import type { Size } from "../types.js";

/**
 * What a cell holds: `text` for people, `code` as it stands in the image, `bytes` and `count` as numbers, `digest`, which may be
 * cut in the middle where room is scarce, `time` in RFC 3339, and `state`, a word that says whether something is well.
 */
export type CellKind = "text" | "code" | "bytes" | "count" | "digest" | "time" | "state";

/** Text may come from the image: whoever writes it makes it harmless. */
export type Cell = string | Size | undefined;

export interface Column {
  readonly name: string;
  readonly kind: CellKind;
}

export interface Table {
  /** Stable name, the same for the same table of other images. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The image that it is about. */
  readonly image?: string;
}

export interface Fact {
  readonly name: string;
  readonly kind: CellKind;
  readonly value: Cell;
}

export interface Section {
  /** Stable within the report. */
  readonly id: string;
  readonly title: string;
  /** 2 for what stands below the title of the report, 3 for what stands below that. */
  readonly level: 2 | 3;
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  readonly tables: readonly Table[];
}

/** A fact, or none where there is no value. */
export function fact(name: string, kind: CellKind, value: Cell): Fact[] {
  return value === undefined || value === "" ? [] : [{ name, kind, value }];
}

/** A table, or none where it has no rows. */
export function table(
  id: string,
  caption: string,
  columns: readonly (readonly [name: string, kind: CellKind])[],
  rows: readonly (readonly Cell[])[],
  image?: string,
): Table[] {
  if (rows.length === 0) return [];
  const named = columns.map(([name, kind]) => ({ name, kind }));
  return [{ id, caption, columns: named, rows, ...(image !== undefined && { image }) }];
}

/** The table without the columns that say nothing. */
export function withoutEmptyColumns(table: Table): Table {
  const { columns, rows } = table;
  const kept = columns.map((_, at) => rows.some((row) => row[at] !== undefined && row[at] !== ""));
  const keep = <T>(cells: readonly T[]) => cells.filter((_, at) => kept[at]);
  return { ...table, columns: keep(columns), rows: rows.map(keep) };
}

/** Positions as people count them. */
export function ordinal(position: number | undefined): number | undefined {
  return position === undefined ? undefined : position + 1;
}

/** A part of a whole, such as `3.2 %`. */
export function percent(part: Size, whole: Size): string {
  const share = Number(whole) === 0 ? 0 : (Number(part) / Number(whole)) * 100;
  return `${share.toFixed(share < 10 ? 1 : 0)} %`;
}
