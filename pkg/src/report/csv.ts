/** Tables of a report as CSV (RFC 4180), which spreadsheets open without running anything of it. */
import { plain } from "../elements/format/text.js";
import { LayerglassError } from "../error.js";
import type { Cell, Section, Table } from "./model.js";

/** UTF-16 units of one cell: what spreadsheets hold. */
const MOST_TEXT = 32_000;

/** A table over all images of the report. */
interface Sheet {
  readonly id: string;
  readonly table: Table;
  readonly rows: (readonly Cell[])[];
}

/**
 * One table by its name, or all of them: then each stands below a line with its name, and a blank line follows it. Tables of images
 * begin with a column that names the image. Bytes are numbers.
 */
export function toCsv(sections: readonly Section[], name?: string): string {
  const sheets = sheetsOf(sections);
  if (name === undefined)
    return [...sheets.values()].map((sheet) => line([sheet.id]) + write(sheet)).join("\r\n");
  const sheet = sheets.get(name);
  if (sheet) return write(sheet);
  const known = [...sheets.keys()].join(", ");
  throw new LayerglassError({
    kind: "not_found",
    code: "no-table",
    message: `the report has no table of this name; it has ${known || "none"}`,
    input: name,
  });
}

/** Names of the tables that a report has as CSV. */
export function tableNames(sections: readonly Section[]): string[] {
  return [...sheetsOf(sections).keys()];
}

function sheetsOf(sections: readonly Section[]): Map<string, Sheet> {
  const sheets = new Map<string, Sheet>();
  for (const table of [factsTable(sections), ...sections.flatMap(({ tables }) => tables)]) {
    const sheet = sheets.get(table.id) ?? { id: table.id, table, rows: [] };
    sheets.set(table.id, sheet);
    for (const row of table.rows) sheet.rows.push(table.image === undefined ? row : [table.image, ...row]);
  }
  return sheets;
}

/** Facts of all sections as one table. */
function factsTable(sections: readonly Section[]): Table {
  const columns = ["Section", "Name", "Value"].map((name) => ({ name, kind: "text" as const }));
  const rows = sections.flatMap(({ id, facts }) => facts.map(({ name, value }) => [id, name, value]));
  return { id: "facts", caption: "Facts", columns, rows };
}

function write({ table, rows }: Sheet): string {
  const names = table.columns.map(({ name }) => name);
  return [table.image === undefined ? names : ["Image", ...names], ...rows].map(line).join("");
}

/** One row with its end: text is made harmless for spreadsheets and named where it cannot be seen. */
export function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(",")}\r\n`;
}

function field(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const text = plain(cell, MOST_TEXT);
  // Spreadsheets take a text that begins so for a formula, wide forms too; the apostrophe makes it text, and they do not show it.
  const safe = /^\s*[=+\-@\t\r＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$|^'/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
