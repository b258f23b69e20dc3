/** Writing sections of a report to the terminal. */
import type { Section } from "../report/model.js";
import type { Option } from "./args.js";
import type { Run } from "./commands.js";
import type { Output } from "./output.js";
import { type Layout, sectionLines } from "./table.js";

/** Options of commands that write tables. */
export const ROWS_OPTIONS: readonly Option[] = [
  { name: "rows", value: "N", help: "Show at most N rows of each table; by default 100" },
  { name: "wide", short: "w", help: "Cut no text to the width of the terminal" },
];

/** Rows of one table unless the user says otherwise. */
const ROWS = 100;

/** How tables are laid out. */
export function layoutOf({ args, terminal }: Run): Layout {
  return { width: args.has("wide") ? undefined : terminal.width, paint: terminal.paint };
}

/** Rows of a table that are shown. */
export function rowsOf({ args }: Run): number {
  return args.number("rows", 0) ?? ROWS;
}

/** Sections below each other. */
export async function writeSections(
  sections: readonly Section[],
  layout: Layout,
  rows: number,
  out: Output,
): Promise<void> {
  let first = true;
  for (const section of sections) {
    if (!first) await out.line();
    first = false;
    for (const line of sectionLines(section, layout, rows)) await out.line(line);
  }
}
