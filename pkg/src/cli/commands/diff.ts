/** `layerglass diff`: what differs between two images. */

import type { FileTree } from "../../archive/file-tree.js";
import { modeText } from "../../elements/format/id.js";
import { groupDigits, humanSize } from "../../elements/format/size.js";
import { plain } from "../../elements/format/text.js";
import type { ComparisonData } from "../../inspect/types.js";
import { comparisonSections } from "../../report/differences.js";
import { jsonText, toJson } from "../../report/format.js";
import { hideInComparison } from "../../report/hide.js";
import type { TreeRow } from "../../types.js";
import { chooseImage, IMAGE_OPTIONS, label } from "../choose.js";
import type { Command, Run } from "../commands.js";
import { EXIT, UsageError } from "../exit.js";
import { openInput, SCAN_OPTIONS, scan } from "../open.js";
import { changedRows, plainRow } from "../rows.js";
import { layoutOf, ROWS_OPTIONS, rowsOf, writeSections } from "../sections.js";
import { cutTo, fillTo } from "../width.js";

export const command: Command = {
  usage: {
    name: "diff",
    summary: "Compare two images, of two files or of one: config, history, packages, files, sizes.",
    operands: "BEFORE [AFTER]",
    least: 1,
    most: 2,
    options: [
      { name: "before-image", value: "NAME|ID|N", help: "The image of BEFORE" },
      {
        name: "after-image",
        value: "NAME|ID|N",
        help: "The image of AFTER, or of BEFORE when that is the only file",
      },
      ...IMAGE_OPTIONS,
      { name: "exit-code", help: "End with code 1 when the images differ" },
      {
        name: "files",
        help: "List each path that differs: added (A), removed (D), changed (M), only metadata (m)",
      },
      { name: "no-packages", help: "Do without packages, which takes less time" },
      { name: "json", help: "Write JSON (schema layerglass.diff/1), with --files each path on a line" },
      { name: "secrets", help: "Show the values of variables whose names tell that they are secrets" },
      ...ROWS_OPTIONS,
      ...SCAN_OPTIONS,
    ],
    notes: [
      "Images differ when their ids do, or anything that is compared: config, history, packages, or a file’s contents, mode, owner, time.",
    ],
    examples: [
      "layerglass diff old.tar new.tar --files",
      "layerglass diff images.tar --before-image app:1 --after-image app:2",
      "layerglass diff old.tar new.tar --exit-code --json > difference.json",
    ],
  },
  async run(run) {
    const { args } = run;
    const [before = "", after] = args.operands;
    if (after === undefined && args.text("after-image") === undefined)
      throw new UsageError(
        "name a second file, or the images of the one with --before-image and --after-image",
      );
    if (before === "-" && after === "-") throw new UsageError("only one file can be standard input");
    const first = await openInput(before, run, { again: true });
    try {
      const second = after === undefined ? first : await openInput(after, run, { again: true });
      try {
        return await compare(first, second, run);
      } finally {
        if (second !== first) await second.close();
      }
    } finally {
      await first.close();
    }
  },
};

type Opened = Awaited<ReturnType<typeof openInput>>;

async function compare(first: Opened, second: Opened, run: Run): Promise<number> {
  const { args, terminal, signal } = run;
  const general = args.text("image");
  const before = await chooseImage(first.archive.data, run, args.text("before-image") ?? general);
  const after = await chooseImage(second.archive.data, run, args.text("after-image") ?? general);
  await scan(first.archive, run, [before.index]);
  await scan(second.archive, run, [after.index]);
  terminal.progress.tell("Comparing the images");
  const { compareImages } = await import("../../inspect.node.js");
  const compared = await compareImages(
    { archive: first.archive, image: before.index },
    { archive: second.archive, image: after.index },
    { packages: !args.has("no-packages"), signal },
  );
  try {
    const data = args.has("secrets") ? compared.data : hideInComparison(compared.data);
    const sides = {
      before: { file: first.archive.name, title: label(before) },
      after: { file: second.archive.name, title: label(after) },
    };
    const isDifferent = differ(compared.data);
    using tree = args.has("files") ? await compared.tree() : undefined;
    terminal.progress.clear();
    if (args.has("json")) await writeJson({ ...sides, different: isDifferent, data }, tree, run);
    else {
      await writeSections(comparisonSections({ ...sides, data }), layoutOf(run), rowsOf(run), terminal.out);
      if (tree) await writeFiles(tree, run);
      await terminal.out.line();
      await terminal.out.line(verdict(data, isDifferent, run));
    }
    return isDifferent && args.has("exit-code") ? EXIT.broken : EXIT.fine;
  } finally {
    compared.close();
  }
}

/** Are they different in anything? */
function differ({ before, after, config, history, files, packages = [] }: ComparisonData): boolean {
  const paths = files.added + files.removed + files.changed + files.metadata;
  const steps = history.filter(({ change }) => change !== "same").length;
  return (
    before.id === undefined || before.id !== after.id || config.length + packages.length + paths + steps > 0
  );
}

function verdict(data: ComparisonData, isDifferent: boolean, { terminal: { paint } }: Run): string {
  if (!isDifferent) return paint("green", "Both are the same image.");
  const { config, history, files, packages = [] } = data;
  const parts = [
    [config.length, "in the configuration"],
    [history.filter(({ change }) => change !== "same").length, "in the history"],
    [packages.length, "in packages"],
    [files.added + files.removed + files.changed + files.metadata, "in files"],
  ] as const;
  const words = parts
    .filter(([number]) => number > 0)
    .map(([number, where]) => `${groupDigits(number)} ${where}`);
  return words.length === 0
    ? "Their ids differ, and nothing else that is compared."
    : `Differences: ${words.join(", ")}.`;
}

async function writeJson(result: object, tree: FileTree | undefined, { terminal: { out }, signal }: Run) {
  const text = toJson({ schema: "layerglass.diff/1", ...result });
  if (!tree) return out.write(text);
  // The same document, with the files as its last member.
  await out.write(`${text.trimEnd().slice(0, -1).trimEnd()},\n  "files": [`);
  let separator = "";
  for await (const row of changedRows(tree, signal)) {
    await out.write(`${separator}\n${jsonText(plainRow(row))}`);
    separator = ",";
  }
  await out.line("\n  ]\n}");
}

const TONES = { A: "green", D: "red", M: "yellow", m: "dim" } as const;

/** Contents that differ are more than metadata. */
function letter({ change, aspects, contents }: TreeRow): keyof typeof TONES {
  if (change === "added") return "A";
  if (change === "removed") return "D";
  const isChanged =
    aspects.some((aspect) => ["type", "contents", "size", "target"].includes(aspect)) ||
    contents === "different";
  return isChanged ? "M" : "m";
}

async function writeFiles(tree: FileTree, run: Run): Promise<void> {
  const { args, terminal, signal } = run;
  const { out, paint } = terminal;
  const width = args.has("wide") ? undefined : terminal.width;
  const most = args.number("rows", 0) ?? Number.POSITIVE_INFINITY;
  await out.line();
  await out.line(paint("bold", "Paths that differ"));
  let shown = 0;
  let more = 0;
  for await (const row of changedRows(tree, signal)) {
    // A folder stands for itself only where it is new, gone, or another itself.
    if (shown >= most) {
      more += 1;
      continue;
    }
    shown += 1;
    const sign = letter(row);
    const size = row.kind === "file" ? humanSize(row.size) : "";
    const what = row.change === "modified" ? `  (${row.aspects.join(", ") || "written again"})` : "";
    const mode = row.aspects.includes("mode") ? `  ${modeText(row.mode)}` : "";
    const line = `${fillTo(size, 8, true)}  ${plain(row.path)}${row.kind === "directory" ? "/" : ""}${what}${mode}`;
    await out.line(`${paint(TONES[sign], sign)} ${width === undefined ? line : cutTo(line, width - 2)}`);
  }
  if (more > 0) await out.line(paint("dim", `… and ${groupDigits(more)} more`));
}
