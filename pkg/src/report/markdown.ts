/** A report as Markdown in the flavour of GitHub. */
import { groupDigits, humanSize } from "../elements/format/size.js";
import { plain } from "../elements/format/text.js";
import { type Cell, type CellKind, type Section, type Table, withoutEmptyColumns } from "./model.js";

/** UTF-16 units of one cell; more is cut. */
const MOST_TEXT = 2000;

/** The file. Of each table it shows `rows` rows at most. */
export function toMarkdown(title: string, sections: readonly Section[], rows: number): string {
  const parts = [`# ${harmless(title)}`, ...sections.flatMap((section) => sectionLines(section, rows))];
  return `${parts.join("\n\n")}\n`;
}

function sectionLines({ title, level, notes, facts, tables }: Section, rows: number): string[] {
  const list = facts.map(({ name, kind, value }) => `- ${harmless(name)}: ${cell(kind, value)}`);
  return [
    `${"#".repeat(level)} ${harmless(title)}`,
    ...notes.map((note) => harmless(note)),
    ...(list.length > 0 ? [list.join("\n")] : []),
    ...tables.flatMap((table) => tableLines(withoutEmptyColumns(table), rows)),
  ];
}

function tableLines({ caption, columns, rows }: Table, most: number): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const shown = rows.slice(0, most);
  const lines = [
    line(columns.map(({ name }) => harmless(name))),
    line(columns.map(({ kind }) => (kind === "bytes" || kind === "count" ? "---:" : "---"))),
    ...shown.map((row) => line(columns.map(({ kind }, at) => cell(kind, row[at])))),
  ];
  const more = rows.length - shown.length;
  return [
    `**${harmless(caption)}** (${groupDigits(rows.length)})`,
    lines.join("\n"),
    ...(more > 0
      ? [`${groupDigits(more)} more rows are not shown here; the report as JSON or CSV has all.`]
      : []),
  ];
}

function cell(kind: CellKind, value: Cell): string {
  if (value === undefined || value === "") return "";
  if (typeof value !== "string") return kind === "bytes" ? humanSize(value) : groupDigits(value);
  return kind === "code" || kind === "digest" ? code(value) : harmless(value);
}

/** Text as text: what Markdown or HTML could take for a sign of theirs is escaped, and what cannot be seen is named. */
function harmless(value: string): string {
  return (
    oneLine(value)
      .trimStart()
      .replace(/[\\|&]/g, entity)
      .replace(/[`*_[\]<>#!~$]/g, "\\$&")
      // What would begin a list or underline a heading.
      .replace(/^[-+=]|^(\d+)(?=[.)])/, (start, digits?: string) => (digits ? `${digits}\\` : `\\${start}`))
      // GitHub makes links of addresses and tells people that they were named.
      .replace(/@|:(?=\/\/)|www(?=\.)/gi, "$&<!-- -->")
  );
}

/** Code: nothing in it ends it, or the cell that it stands in. */
function code(value: string): string {
  const text = oneLine(value);
  if (text.trim() === "") return "` `";
  if (/[`|\\]|^\s|\s$/.test(text)) return `<code>${text.replace(/[^\p{L}\p{N}\s/⟨⟩…]/gu, entity)}</code>`;
  return `\`${text}\``;
}

/** A character by its number, which is never a sign of Markdown or HTML. */
function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

function oneLine(value: string): string {
  return plain(value, MOST_TEXT);
}
