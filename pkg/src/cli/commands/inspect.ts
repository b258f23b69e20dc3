/** `layerglass inspect`: what a file says of itself. */

import type { Archive } from "../../archive/archive.js";
import { platformName } from "../../elements/format/id.js";
import { imageTitle } from "../../elements/model/checks.js";
import { collectWith } from "../../report/collect.js";
import { toJson } from "../../report/format.js";
import { type Cell, type Section, table } from "../../report/model.js";
import { fileSection, findingsSection, imageSections } from "../../report/overview.js";
import type { ArchiveData } from "../../types.js";
import { chooseImage, chooseImages, IMAGE_OPTIONS } from "../choose.js";
import type { Command, Run } from "../commands.js";
import { EXIT } from "../exit.js";
import { openInput, SCAN_OPTIONS, scan } from "../open.js";
import { layoutOf, ROWS_OPTIONS, rowsOf, writeSections } from "../sections.js";

export const command: Command = {
  usage: {
    name: "inspect",
    summary: "Show what a file is, and its images with config, layers and history.",
    operands: "FILE",
    least: 1,
    most: 1,
    options: [
      ...IMAGE_OPTIONS,
      { name: "scan", help: "Read the layers as well: unpacked sizes, files, and every digest recomputed" },
      { name: "json", help: "Write a report as JSON (schema layerglass.report/1)" },
      {
        name: "raw",
        value: "config|manifest",
        help: "Write the exact bytes of the image’s config or manifest",
      },
      { name: "secrets", help: "Show the values of variables whose names tell that they are secrets" },
      ...ROWS_OPTIONS,
      ...SCAN_OPTIONS,
    ],
    notes: [
      "Without --scan only metadata is read, however large the file is. Numbers of images, layers and steps count from 1; in JSON positions count from 0.",
    ],
    examples: [
      "layerglass inspect image.tar",
      "layerglass inspect --platform linux/arm64 layout/",
      "docker save redis:7 | layerglass inspect - --json",
    ],
  },
  async run(run) {
    const { args, terminal, signal } = run;
    const raw = args.word("raw", ["config", "manifest"] as const);
    const { archive, close } = await openInput(args.operands[0] ?? "", run);
    try {
      if (raw !== undefined) {
        const { index } = await chooseImage(archive.data, run);
        await terminal.out.bytes(
          await (raw === "config" ? archive.rawConfig(index) : archive.rawManifest(index)),
        );
        return EXIT.fine;
      }
      const images = await imagesOf(archive.data, run);
      if (args.has("scan")) await scan(archive, run, images);
      const report = await collectWith(noInspection, archive, images, {
        parts: [],
        signal,
        secrets: args.has("secrets") ? "show" : "hide",
      });
      terminal.progress.clear();
      if (args.has("json")) {
        await terminal.out.write(toJson(report));
        return EXIT.fine;
      }
      // Of many images a list is more use than the details of all.
      const [only, another] = report.images;
      const sections = [
        { ...fileSection(report), tables: another ? imagesTable(archive) : [] },
        ...(only && !another ? imageSections(only) : []),
        ...findingsSection(report.file),
      ];
      await writeSections(sections, layoutOf(run), rowsOf(run), terminal.out);
      return EXIT.fine;
    } finally {
      await close();
    }
  },
};

async function imagesOf(data: ArchiveData, { args }: Run): Promise<number[]> {
  const [wanted, platform] = [args.text("image"), args.text("platform")];
  if (data.images.length === 0 && wanted === undefined && platform === undefined) return [];
  return (await chooseImages(data, wanted, platform)).map(({ index }) => index);
}

async function noInspection(): Promise<never> {
  throw new Error("an overview needs no inspection");
}

function imagesTable({ data }: Archive): Section["tables"] {
  const rows = data.images.map((image): Cell[] => [
    image.index + 1,
    image.familiarNames.join(", ") || imageTitle(image),
    image.platform && platformName(image.platform),
    image.presence === "absent" ? undefined : image.storedSize,
    image.layers.length,
    image.presence === "complete" ? image.role : image.presence,
    image.id ?? image.manifestDigest,
  ]);
  const columns = [
    ["Image", "count"],
    ["Names", "code"],
    ["Platform", "code"],
    ["Stored", "bytes"],
    ["Layers", "count"],
    ["What", "text"],
    ["Id", "digest"],
  ] as const;
  return table("images", "Images; --image shows one of them", columns, rows);
}
