/** Commands that work out one part of a report and write it. */
import { plain } from "../elements/format/text.js";
import type { Section } from "../report/model.js";
import type { ImageReport, ReportData, ReportPart } from "../report/types.js";
import type { Option } from "./args.js";
import { chooseImages, IMAGE_OPTIONS } from "./choose.js";
import type { Command, Run } from "./commands.js";
import { EXIT } from "./exit.js";
import { openInput, SCAN_OPTIONS } from "./open.js";
import { layoutOf, ROWS_OPTIONS, rowsOf, writeSections } from "./sections.js";

/** What a command of this kind is made of. */
export interface Part {
  readonly name: string;
  readonly summary: string;
  readonly part: ReportPart;
  /** The table that CSV has. */
  readonly table: string;
  /** What is shown. */
  readonly sections: (report: ReportData) => Section[];
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  /** Writes something else, if the arguments say so. */
  readonly instead?: (run: Run, open: () => ReturnType<typeof openInput>) => Promise<number> | undefined;
}

/** The options of every report: how it is written, and what it hides. */
export const REPORT_OPTIONS: readonly Option[] = [
  { name: "secrets", help: "Show the values of variables whose names tell that they are secrets" },
];

export function partCommand(part: Part): Command {
  const { name, summary, examples, options = [] } = part;
  return {
    usage: {
      name,
      summary,
      operands: "FILE",
      least: 1,
      most: 1,
      options: [
        ...IMAGE_OPTIONS,
        ...options,
        { name: "json", help: "Write a report with this part as JSON (schema layerglass.report/1)" },
        { name: "csv", help: `Write the table “${part.table}” as CSV` },
        ...REPORT_OPTIONS,
        ...ROWS_OPTIONS,
        ...SCAN_OPTIONS,
      ],
      notes: [
        "All images that are in the file, unless one is chosen. Numbers of images, layers and steps count from 1; in JSON positions count from 0.",
      ],
      examples,
    },
    async run(run) {
      const { args, terminal } = run;
      const open = () => openInput(args.operands[0] ?? "", run, { again: true });
      const instead = part.instead?.(run, open);
      if (instead) return instead;
      const { archive, close } = await open();
      try {
        const report = await gather(run, archive, [part.part]);
        await write(report, part, run);
        return await tellMissing(report, terminal);
      } finally {
        await close();
      }
    },
  };
}

/** A report of the images that the arguments mean, with progress. */
export async function gather(
  { args, signal, terminal }: Run,
  archive: Awaited<ReturnType<typeof openInput>>["archive"],
  parts: readonly ReportPart[],
  more: { readonly time?: Date } = {},
): Promise<ReportData> {
  const [wanted, platform] = [args.text("image"), args.text("platform")];
  const chosen = wanted !== undefined || platform !== undefined;
  const images = chosen
    ? (await chooseImages(archive.data, wanted, platform)).map(({ index }) => index)
    : undefined;
  const { collectReport } = await import("../report.node.js");
  const report = await collectReport(archive, images, {
    ...more,
    parts,
    signal,
    secrets: args.has("secrets") ? "show" : "hide",
    onProgress: ({ step, bytes, total }) => terminal.progress.tell(STEPS[step], bytes, total),
  });
  terminal.progress.clear();
  return report;
}

const STEPS = {
  scan: "Scanning",
  waste: "Working out the waste",
  packages: "Reading the packages",
  issues: "Looking for what is unsafe",
  verification: "Comparing digests",
  comparison: "Comparing the images",
} as const;

async function write(report: ReportData, part: Part, run: Run): Promise<void> {
  const { args, terminal } = run;
  const { formatReport } = await import("../report.node.js");
  if (args.has("json")) return terminal.out.write(formatReport(report, "json"));
  const hasPart = report.missing.length === 0;
  if (args.has("csv")) return hasPart ? terminal.out.write(csvOf(report, part, formatReport)) : undefined;
  await writeSections(part.sections(report), layoutOf(run), rowsOf(run), terminal.out);
}

/** An empty table is an empty file, not an error. */
function csvOf(
  report: ReportData,
  { table, sections }: Part,
  format: (report: ReportData, as: "csv", options: { table: string }) => string,
): string {
  const there = sections(report).some(({ tables }) => tables.some(({ id }) => id === table));
  return there ? format(report, "csv", { table }) : "";
}

/** Says what could not be worked out, and gives the exit code. */
export async function tellMissing(
  report: ReportData,
  { error, paintError }: Run["terminal"],
): Promise<number> {
  if (report.missing.length === 0) return EXIT.fine;
  const { describeError } = await import("./errors.js");
  const { LayerglassError } = await import("../error.js");
  for (const { image, error: data } of report.missing) {
    const of = image === undefined ? "" : `image ${image + 1}: `;
    for (const line of describeError(LayerglassError.from(data)))
      await error.line(`${paintError("red", "layerglass:")} ${of}${plain(line, 2000)}`);
  }
  return EXIT.unreadable;
}

/** The sections of each image, under its name where there are several. */
export function perImage(report: ReportData, sections: (image: ImageReport) => Section[]): Section[] {
  return report.images.flatMap((image) =>
    sections(image).map((section) =>
      report.images.length === 1 ? section : { ...section, title: `${section.title}: ${image.title}` },
    ),
  );
}
