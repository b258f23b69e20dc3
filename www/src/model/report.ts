import type { Finding, Size } from "layerglass/archive";

/** What is told of a file that holds no layers: facts, tables and texts. All texts may come from the file. */
export interface Report {
  readonly icon: "disk" | "file";
  readonly title: string;
  readonly explanation: string;
  readonly facts: readonly Fact[];
  readonly tables: readonly Table[];
  readonly pairs: readonly Pairs[];
  readonly texts: readonly Text[];
  readonly findings: readonly Finding[];
  readonly moreFindings: Size;
}

/** A name and a value, with what a pointer resting on it is told. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly hint?: string;
}

/** Rows of cells under a heading. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Names and values of the file's own. */
export interface Pairs {
  readonly title: string;
  readonly pairs: readonly (readonly [string, string])[];
}

/** A text of the file's own, as it stands there. */
export interface Text {
  readonly title: string;
  readonly text: string;
}

/** A report with nothing in it yet. */
export const EMPTY = { facts: [], tables: [], pairs: [], texts: [] } as const;

/** The facts of which something is known. */
export function known(facts: readonly (Fact | undefined)[]): Fact[] {
  return facts.filter((fact) => fact !== undefined);
}

/** A fact, unless nothing is known of it. */
export function fact(name: string, value: string | number | undefined, hint?: string): Fact | undefined {
  if (value === undefined || value === "") return undefined;
  return { name, value: String(value), ...(hint !== undefined && { hint }) };
}

/** A table, unless it is empty. */
export function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Table[] {
  return rows.length === 0 ? [] : [{ title, columns, rows }];
}
