/** `layerglass files`: the files of an image. */
import type { FileTree } from "../../archive/file-tree.js";
import type { TreeFilter } from "../../archive/tree-filter.js";
import { modeText } from "../../elements/format/id.js";
import { humanSize } from "../../elements/format/size.js";
import { plain } from "../../elements/format/text.js";
import { shortSeconds } from "../../elements/format/time.js";
import { LayerglassError } from "../../error.js";
import { damageOf } from "../../report/describe.js";
import { jsonText } from "../../report/format.js";
import type { Change, ImageData, LayerData, NodeKind, TreeRow } from "../../types.js";
import type { Arguments } from "../args.js";
import { chooseImage, IMAGE_OPTIONS } from "../choose.js";
import type { Command, Run } from "../commands.js";
import { EXIT, UsageError } from "../exit.js";
import { openInput, SCAN_OPTIONS, scan } from "../open.js";
import { allRows, meantRows, plainRow } from "../rows.js";
import { bytesOf } from "../size.js";
import { cutTo, fillTo } from "../width.js";

/** Kinds of what is in a tree. */
const KIND_NAMES = ["file", "directory", "symlink", "char", "block", "fifo"] as const;

export const command: Command = {
  usage: {
    name: "files",
    summary: "List the files of an image, of its layers up to one, or what one layer changed.",
    operands: "FILE",
    least: 1,
    most: 1,
    options: [
      ...IMAGE_OPTIONS,
      {
        name: "layer",
        value: "N",
        help: "Files as layer N, counted from 1, leaves them; by default the last",
      },
      { name: "changes", short: "c", help: "Only what that layer added (A), changed (M) or removed (D)" },
      { name: "filter", short: "f", value: "TEXT", help: "Only paths that contain the text, in any case" },
      {
        name: "glob",
        short: "g",
        value: "PATTERN",
        many: true,
        help: "Only paths that fit, such as *.pyc or etc/**",
      },
      { name: "kind", value: "KIND", many: true, help: `Only these: ${KIND_NAMES.join(", ")}` },
      { name: "min-size", value: "SIZE", help: "Only files of at least so many bytes, such as 10MB" },
      { name: "max-size", value: "SIZE", help: "Only files of at most so many bytes" },
      { name: "owner", value: "NAME|N", help: "Only what belongs to this user" },
      {
        name: "regex",
        short: "r",
        value: "REGEX",
        help: "Only paths in which the regular expression is found",
      },
      {
        name: "long",
        short: "l",
        help: "Mode, owner, size and time as well; of a folder the size of all in it",
      },
      {
        name: "sort",
        value: "name|size|mtime",
        help: "Sort by name, the largest first, or the newest first",
      },
      { name: "sha256", help: "Compute the SHA-256 of each file, for --json" },
      { name: "json", help: "Write JSON (schema layerglass.files/1), one file a line" },
      { name: "null", short: "0", help: "Write bare paths, each followed by a null byte, for xargs -0" },
      ...SCAN_OPTIONS,
    ],
    notes: [
      "Paths are shown with what cannot be seen in them named, as in ⟨U+001B⟩; --null and --json write them as they are.",
    ],
    examples: [
      "layerglass files image.tar --long --sort size",
      "layerglass files image.tar --layer 3 --changes",
      "layerglass files image.tar --glob '*.so*' --null | xargs -0 -n1 echo",
    ],
  },
  async run(run) {
    const { args, terminal, signal } = run;
    const filter = filterOf(args);
    const sort = args.word("sort", ["name", "size", "mtime"] as const);
    const layer = args.number("layer");
    const contents = args.has("sha256") ? { contents: "sha256" as const } : {};
    const { archive, close } = await openInput(args.operands[0] ?? "", run, contents);
    try {
      const image = await chooseImage(archive.data, run);
      if (layer !== undefined && layer > image.layers.length)
        throw new UsageError(`the image has ${image.layers.length} layers: there is no layer ${layer}`);
      await scan(archive, run, [image.index]);
      using tree = await archive.tree(image.index, {
        changesOnly: args.has("changes"),
        signal,
        ...(layer !== undefined && { upTo: layer - 1 }),
      });
      terminal.progress.tell("Sorting out the files");
      if (filter) await filtered(tree, filter, signal);
      const byPath = sort === undefined || sort === "name";
      if (!byPath) {
        await tree.setFlat(true);
        await tree.sort(sort, true);
      }
      terminal.progress.clear();
      const write = writer(run, tree);
      await write.begin();
      const rows = byPath && filter ? meantRows(tree, signal) : allRows(tree, signal);
      for await (const row of rows) await write.row(row);
      await write.end();
      return await tellDamage(image, archive.data.layers, run);
    } finally {
      await close();
    }
  },
};

/** A listing that silently lacks what could not be read would be wrong. */
async function tellDamage(
  image: ImageData,
  layers: readonly LayerData[],
  { terminal }: Run,
): Promise<number> {
  const damage = image.layers.flatMap(({ blob }) => {
    const layer = blob === undefined ? undefined : layers[blob];
    return layer ? (damageOf(layer) ?? []) : [];
  });
  if (damage.length === 0) return EXIT.fine;
  await terminal.out.flush();
  const { describeError } = await import("../errors.js");
  for (const error of damage)
    for (const line of describeError(LayerglassError.from(error)))
      await terminal.error.line(`${terminal.paintError("red", "layerglass:")} ${plain(line)}`);
  return EXIT.unreadable;
}

/** What the arguments say of paths; nothing when they mean all. */
function filterOf(args: Arguments): TreeFilter | undefined {
  const [text, expression, owner] = ["filter", "regex", "owner"].map((name) => args.text(name));
  const glob = args.texts("glob");
  const [min, max] = ["min-size", "max-size"].map((name) => {
    const size = args.text(name);
    return size === undefined ? undefined : bytesOf(`--${name}`, size);
  });
  const kinds = args.texts("kind").map((word) => {
    const kind = KIND_NAMES.find((each) => each === word);
    if (kind === undefined) throw new UsageError(`--kind is one of ${KIND_NAMES.join(", ")}, not “${word}”`);
    return kind;
  });
  const filter: TreeFilter = {
    ...(text !== undefined && { text }),
    ...(expression !== undefined && { expression: compiled(expression) }),
    ...(glob.length > 0 && { glob: glob.map((pattern) => pattern.replace(/(?<=.)\/+$/, "")) }),
    ...((min !== undefined || max !== undefined) && {
      size: { ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
    }),
    ...(kinds.length > 0 && { kinds }),
    ...(owner !== undefined && { owner: /^\d{1,10}$/.test(owner) ? Number(owner) : owner }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}

function compiled(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch (thrown) {
    throw new UsageError(`--regex: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

async function filtered(tree: FileTree, filter: TreeFilter, signal: AbortSignal): Promise<void> {
  try {
    await tree.filter(filter, { signal });
  } catch (thrown) {
    if (thrown instanceof LayerglassError && thrown.kind === "invalid") throw new UsageError(thrown.message);
    throw thrown;
  }
}

/** How rows are written. */
interface Writer {
  begin(): Promise<void>;
  row(row: TreeRow): Promise<void>;
  end(): Promise<void>;
}

function writer(run: Run, tree: FileTree): Writer {
  const { args } = run;
  if (args.has("json")) return jsonWriter(run, tree);
  const none = async () => {};
  const { out } = run.terminal;
  if (args.has("null")) return { begin: none, row: ({ path }) => out.write(`${path}\0`), end: none };
  return { begin: none, row: (row) => out.line(lineOf(row, run)), end: none };
}

const LETTERS: Readonly<Record<Change, string>> = { added: "A", modified: "M", removed: "D", unchanged: " " };
const KINDS: Readonly<Record<NodeKind, string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  char: "c",
  block: "b",
  fifo: "p",
};
const TONES = { added: "green", modified: "yellow", removed: "red", unchanged: "dim" } as const;

function lineOf(row: TreeRow, { args, terminal }: Run): string {
  const { paint, width } = terminal;
  const change = args.has("changes") ? `${paint(TONES[row.change], LETTERS[row.change])} ` : "";
  const target = row.target === undefined ? "" : ` -> ${plain(row.target)}`;
  const name = `${plain(row.path)}${row.kind === "directory" ? "/" : ""}${target}`;
  if (!args.has("long")) return change + name;
  const owner = `${row.owner ? plain(row.owner, 100) : row.uid}:${row.group ? plain(row.group, 100) : row.gid}`;
  const size = row.device
    ? row.device.join(",")
    : humanSize(row.kind === "directory" ? row.totalSize : row.size);
  const facts = [
    `${KINDS[row.kind]}${modeText(row.mode)}`,
    fillTo(cutTo(owner, 17), 9),
    fillTo(size, 8, true),
    fillTo(shortSeconds(row.mtime), 16),
  ].join("  ");
  const room = width === undefined ? undefined : Math.max(20, width - facts.length - change.length - 2);
  return `${change}${facts}  ${room === undefined ? name : cutTo(name, room)}`;
}

/** One document, each file on its own line: it can be read as a whole or line by line. */
function jsonWriter({ terminal: { out } }: Run, tree: FileTree): Writer {
  let separator = "";
  const { findings: _, ...totals } = tree.totals;
  return {
    begin: () => out.write(`{"schema":"layerglass.files/1","totals":${jsonText(totals)},"files":[`),
    row: async (row) => {
      await out.write(`${separator}\n${jsonText(plainRow(row))}`);
      separator = ",";
    },
    end: () => out.line("\n]}"),
  };
}
