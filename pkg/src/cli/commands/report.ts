/** `layerglass report`: all that is known, as one document. */

import { humanSize } from "../../elements/format/size.js";
import { plain } from "../../elements/format/text.js";
import { REPORT_PARTS } from "../../report/collect.js";
import { formatReport, type ReportFormat } from "../../report/format.js";
import type { ReportPart } from "../../report/types.js";
import { IMAGE_OPTIONS } from "../choose.js";
import type { Command, Run } from "../commands.js";
import { UsageError } from "../exit.js";
import { openInput, SCAN_OPTIONS } from "../open.js";
import { gather, REPORT_OPTIONS, tellMissing } from "../part.js";
import { checkFree, writeFileWhole } from "../write-file.js";
import { creationTime } from "./packages.js";

const FORMATS = ["html", "markdown", "json", "csv"] as const;
/** Formats by the endings of files. */
const BY_ENDING: Readonly<Record<string, ReportFormat>> = {
  html: "html",
  htm: "html",
  md: "markdown",
  markdown: "markdown",
  json: "json",
  csv: "csv",
};

export const command: Command = {
  usage: {
    name: "report",
    summary:
      "Write all that is known of a file as one HTML page, Markdown, JSON or CSV, without bytes of its files.",
    operands: "FILE",
    least: 1,
    most: 1,
    options: [
      {
        name: "format",
        value: FORMATS.join("|"),
        help: "What it is written as; by default as the name of --out tells, else html",
      },
      { name: "out", short: "o", value: "OUT", help: "Write to this file; by default to standard output" },
      { name: "force", help: "Replace OUT if it is there" },
      ...IMAGE_OPTIONS,
      { name: "parts", value: "LIST", help: `Of ${REPORT_PARTS.join(",")}, only these; by default all` },
      {
        name: "table",
        value: "NAME",
        help: "For CSV: one table alone, such as layers, packages or findings",
      },
      { name: "rows", value: "N", help: "Rows of a table that HTML and Markdown show; by default 2000" },
      ...REPORT_OPTIONS,
      ...SCAN_OPTIONS,
    ],
    notes: ["The time that the report names is SOURCE_DATE_EPOCH where that is set, else now."],
    examples: [
      "layerglass report image.tar -o report.html",
      'layerglass report image.tar --format markdown >> "$GITHUB_STEP_SUMMARY"',
      "layerglass report image.tar --format csv --table layers",
    ],
  },
  async run(run) {
    const { args, terminal } = run;
    const out = args.text("out");
    const format = args.word("format", FORMATS) ?? formatOf(out) ?? "html";
    const table = args.text("table");
    if (table !== undefined && format !== "csv") throw new UsageError("--table goes with --format csv");
    const rows = args.number("rows", 0);
    const parts = partsOf(args.text("parts"));
    if (out !== undefined && out !== "-") await checkFree(out, args.has("force"));
    const { archive, close } = await openInput(args.operands[0] ?? "", run, { again: true });
    try {
      const report = await gather(run, archive, parts, { time: creationTime() });
      let text: string;
      try {
        text = formatReport(report, format, {
          ...(rows !== undefined && { rows }),
          ...(table !== undefined && { table }),
        });
      } catch (thrown) {
        if ((thrown as { code?: unknown }).code !== "no-table") throw thrown;
        throw new UsageError(`--table: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
      await write(text, out, run);
      return await tellMissing(report, terminal);
    } finally {
      await close();
    }
  },
};

function formatOf(out: string | undefined): ReportFormat | undefined {
  const ending = out?.slice(out.lastIndexOf(".") + 1).toLowerCase() ?? "";
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

function partsOf(list: string | undefined): readonly ReportPart[] {
  if (list === undefined) return REPORT_PARTS;
  return list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => {
      const part = REPORT_PARTS.find((each) => each === word);
      if (part === undefined)
        throw new UsageError(`--parts is a list of ${REPORT_PARTS.join(", ")}, not “${plain(word, 100)}”`);
      return part;
    });
}

async function write(text: string, out: string | undefined, { args, terminal }: Run): Promise<void> {
  if (out === undefined || out === "-") return terminal.out.write(text);
  const pieces = async function* () {
    yield new TextEncoder().encode(text);
  };
  const bytes = await writeFileWhole(out, pieces(), args.has("force"));
  if (!args.has("quiet")) await terminal.error.line(`${plain(out)}: ${humanSize(bytes)}`);
}
