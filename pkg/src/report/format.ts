import { LayerglassError } from "../error.js";
import { toCsv } from "./csv.js";
import { toHtml } from "./html.js";
import { toMarkdown } from "./markdown.js";
import { sectionsOf } from "./sections.js";
import type { ReportData } from "./types.js";

/** What a report is written as. */
export type ReportFormat = "html" | "markdown" | "json" | "csv";

/** Names of files: their endings, by what a report is written as. */
export const REPORT_ENDINGS: Readonly<Record<ReportFormat, string>> = {
  html: ".html",
  markdown: ".md",
  json: ".json",
  csv: ".csv",
};

/** Rows of one table that HTML and Markdown show unless the caller says otherwise. */
export const REPORT_ROWS = 2000;

/** How a report is written. */
export interface FormatOptions {
  /** Rows of one table that HTML and Markdown show; 2,000. JSON and CSV have all. */
  readonly rows?: number;
  /** For CSV: one table alone, such as `layers`, `packages`, `findings` or `verification`; by default all, each below its name. */
  readonly table?: string;
}

/**
 * A report as text: one HTML file that loads nothing, Markdown as GitHub shows it, JSON of `ReportData`, or CSV. The same report gives
 * the same text. All text from the image is made harmless for the format: markup, formulas, and what cannot be seen.
 *
 * @example
 * import { collectReport, formatReport } from "layerglass/report";
 * const html = formatReport(await collectReport(archive), "html");
 * const packages = formatReport(await collectReport(archive), "csv", { table: "packages" });
 */
export function formatReport(report: ReportData, format: ReportFormat, options: FormatOptions = {}): string {
  const { rows = REPORT_ROWS, table } = options;
  if (!Number.isSafeInteger(rows) || rows < 0) throw invalid("`rows` is a whole number", String(rows));
  switch (format) {
    case "html":
      return toHtml(titleOf(report), sectionsOf(report), rows);
    case "markdown":
      return toMarkdown(titleOf(report), sectionsOf(report), rows);
    case "json":
      return toJson(report);
    case "csv":
      return toCsv(sectionsOf(report), table);
    default:
      throw invalid("a report is written as html, markdown, json or csv", String(format));
  }
}

/** Plain data as indented JSON. */
export function toJson(value: unknown): string {
  return `${jsonText(value, 2)}\n`;
}

/**
 * Plain data as JSON: a size above 2^53 − 1 becomes a string of its digits, because readers would round the number, and what cannot be
 * seen is escaped, because JSON is looked at in terminals too.
 */
export function jsonText(value: unknown, indent?: number): string {
  const member = (_: string, each: unknown) => (typeof each === "bigint" ? String(each) : each);
  return JSON.stringify(value, member, indent).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function titleOf({ file, images }: ReportData): string {
  const [only] = images;
  return images.length === 1 && only ? only.title : file.name || file.label;
}

function invalid(message: string, found: string): LayerglassError {
  return new LayerglassError({ kind: "invalid", code: "argument", message, found });
}
