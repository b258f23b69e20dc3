/** `layerglass convert`: images in another form. */
import type { Archive } from "../../archive/archive.js";
import { count, humanSize } from "../../elements/format/size.js";
import { plain } from "../../elements/format/text.js";
import { toJson } from "../../report/format.js";
import type { ImageFormat, RepackReport, WriteReport, WriteSettings } from "../../transfer.node.js";
import type { Arguments } from "../args.js";
import { chooseImage, chooseImages, IMAGE_OPTIONS } from "../choose.js";
import type { Command, Run } from "../commands.js";
import { EXIT, UsageError } from "../exit.js";
import { openInput, SCAN_OPTIONS } from "../open.js";
import { untarLayout } from "../untar.js";
import { checkFree, writeFileWhole, writeFolderWhole } from "../write-file.js";

const FORMATS = ["docker", "docker-oci", "oci", "dir"] as const;

export const command: Command = {
  usage: {
    name: "convert",
    summary: "Write images in another format or compression, or with fewer layers.",
    operands: "FILE OUT",
    least: 2,
    most: 2,
    options: [
      {
        name: "format",
        value: "FORMAT",
        help: "docker (1.10 to 24), docker-oci (25 and later), oci (layout as a tar), dir (layout as a folder); by default oci",
      },
      {
        name: "compression",
        value: "none|gzip|zstd",
        help: "Compress all layers so; by default they stay as they are stored",
      },
      { name: "level", value: "N", help: "How hard the compression tries: gzip 1 to 9, zstd 1 to 19" },
      ...IMAGE_OPTIONS,
      {
        name: "squash",
        value: "all|A-B",
        many: true,
        help: "Make layers one: all, or those from A to B, counted from 1",
      },
      { name: "drop", value: "PATTERN", many: true, help: "Leave out what fits, such as *.pyc or /tmp/*" },
      {
        name: "name",
        value: "NAME",
        many: true,
        help: "Name of the image that is made anew by --squash or --drop",
      },
      { name: "force", help: "Replace OUT if it is there" },
      { name: "json", help: "Write what was written as JSON (schema layerglass.convert/1)" },
      ...SCAN_OPTIONS,
    ],
    notes: [
      "OUT is a file, a folder for --format dir, or - for standard output. It is written under another name and renamed at the end. Every layer is checked against its digests on its way. The same image and options give the same bytes.",
    ],
    examples: [
      "layerglass convert image.tar image.oci.tar --compression zstd",
      "layerglass convert layout/ - --format docker | docker load",
      "layerglass convert image.tar small.tar --format docker-oci --squash all --drop '/var/cache/**'",
    ],
  },
  async run(run) {
    const { args, terminal } = run;
    const [file = "", out = ""] = args.operands;
    const format = args.word("format", FORMATS) ?? "oci";
    const settings = settingsOf(args, format === "dir" ? "oci" : format);
    const repacks = args.texts("squash").length + args.texts("drop").length + args.texts("name").length > 0;
    if (out === "-" && format === "dir")
      throw new UsageError("a folder cannot be written to standard output");
    if (out === "-" && process.stdout.isTTY)
      throw new UsageError("standard output is a terminal: name a file, or pass it on with > or |");
    if (out === "-" && args.has("json")) throw new UsageError("--json and OUT both want standard output");
    const force = args.has("force");
    if (out !== "-") await checkFree(out, force);
    const { archive, close } = await openInput(file, run, { again: true });
    try {
      const work = await begin(archive, run, settings, repacks);
      const bytes = await write(work.stream, out, format === "dir", run);
      const report = await work.report;
      terminal.progress.clear();
      if (out !== "-") await say(report, out, bytes, run);
      return EXIT.fine;
    } finally {
      await close();
    }
  },
};

function settingsOf(args: Arguments, format: ImageFormat): WriteSettings {
  const compression = args.word("compression", ["none", "gzip", "zstd"] as const);
  const level = args.number("level");
  const most = compression === "gzip" ? 9 : compression === "zstd" ? 19 : 0;
  if (level !== undefined && level > most)
    throw new UsageError(
      most === 0
        ? "--level goes with --compression gzip or zstd"
        : `--level of ${compression} is 1 to ${most}`,
    );
  return {
    format,
    ...(compression !== undefined && { compression }),
    ...(level !== undefined && { level }),
  };
}

interface Work {
  readonly stream: ReadableStream<Uint8Array>;
  readonly report: Promise<WriteReport | RepackReport>;
}

async function begin(archive: Archive, run: Run, settings: WriteSettings, repacks: boolean): Promise<Work> {
  const { args, signal, terminal } = run;
  const transfer = await import("../../transfer.node.js");
  const options = {
    ...settings,
    signal,
    onProgress: (bytes: number) => terminal.progress.tell("Writing", bytes, Number(archive.data.size)),
  };
  if (repacks) {
    const image = await chooseImage(archive.data, run);
    const squash = squashOf(args.texts("squash"), image.layers.length);
    const [drop, names] = [args.texts("drop"), args.texts("name")];
    return transfer.repack(archive, image.index, {
      ...options,
      ...(squash !== undefined && { squash }),
      ...(drop.length > 0 && { drop }),
      ...(names.length > 0 && { names }),
    });
  }
  const [wanted, platform] = [args.text("image"), args.text("platform")];
  const chosen = wanted !== undefined || platform !== undefined;
  const images = chosen
    ? (await chooseImages(archive.data, wanted, platform)).map(({ index }) => index)
    : undefined;
  return transfer.convert(archive, { ...options, ...(images && { images }) });
}

/** Ranges of layers, counted from 1, as positions. */
function squashOf(texts: readonly string[], layers: number): "all" | [number, number][] | undefined {
  if (texts.length === 0) return undefined;
  if (texts.includes("all")) {
    if (texts.length > 1) throw new UsageError("--squash all leaves nothing for another --squash");
    return "all";
  }
  return texts.map((text) => {
    const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
    const range: [number, number] = [Number(first) - 1, Number(last) - 1];
    if (first === undefined || range[0] < 0 || range[1] < range[0] || range[1] >= layers)
      throw new UsageError(`--squash takes all, or layers such as 2-5 out of 1-${layers}, not “${text}”`);
    return range;
  });
}

async function write(
  stream: ReadableStream<Uint8Array>,
  out: string,
  asFolder: boolean,
  { args, terminal }: Run,
): Promise<number> {
  const force = args.has("force");
  let bytes = 0;
  const pieces = async function* () {
    for await (const piece of stream) {
      bytes += piece.length;
      yield piece;
    }
  };
  if (out === "-") {
    for await (const piece of pieces()) await terminal.out.bytes(piece);
  } else if (asFolder) {
    const isLayout = (names: readonly string[]) =>
      force && names.includes("oci-layout") && names.every((name) => LAYOUT.has(name));
    await writeFolderWhole(out, (folder) => untarLayout(pieces(), folder), isLayout);
  } else {
    await writeFileWhole(out, pieces(), force);
  }
  return bytes;
}

/** What an OCI layout has in its folder. */
const LAYOUT = new Set(["oci-layout", "index.json", "blobs"]);

async function say(report: WriteReport | RepackReport, out: string, bytes: number, run: Run): Promise<void> {
  const { args, terminal } = run;
  if (args.has("json")) {
    const written = { schema: "layerglass.convert/1", out, bytes, report };
    return terminal.out.write(toJson(written));
  }
  if (args.has("quiet")) return;
  const { error } = terminal;
  if ("idBefore" in report) {
    await error.line(
      `${plain(out)}: ${humanSize(bytes)}; stored layers ${humanSize(report.storedBefore)} before, ${humanSize(report.storedAfter)} now`,
    );
    await error.line(`image id ${report.id}, before ${report.idBefore}`);
    return;
  }
  await error.line(
    `${plain(out)}: ${humanSize(bytes)}, ${count(report.images.length, "image")}, ${count(report.layers.length, "layer")}`,
  );
  for (const { what, reason } of report.dropped)
    await error.line(`left out: ${plain(what)} (${plain(reason)})`);
}
