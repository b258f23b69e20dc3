/** What a file and its images say of themselves, as sections. */
import { instruction } from "../elements/format/command.js";
import { count } from "../elements/format/size.js";
import type { Check, Finding, RunConfigData } from "../types.js";
import { type Cell, type Fact, fact, ordinal, type Section, table } from "./model.js";
import type { FileReport, ImageReport, LayerReport, ReportData } from "./types.js";

/** The file itself. */
export function fileSection({ file, images, created }: ReportData): Section {
  return {
    id: "file",
    title: "File",
    level: 2,
    notes: [],
    facts: [
      ...fact("Name", "code", file.name),
      ...fact("Kind", "text", file.label),
      ...fact("Written by", "text", file.producer),
      ...fact("Size", "bytes", file.size),
      ...fact("Compression", "text", file.compression === "none" ? undefined : file.compression),
      ...fact("Files inside", "count", file.entries),
      ...fact("Images", "count", images.length),
      ...file.facts.flatMap(([name, value]) => fact(name, "code", value)),
      ...fact("Reported", "time", created),
    ],
    tables: [],
  };
}

/** What is unusual or wrong in the file and its layers. */
export function findingsTable(findings: readonly Finding[]) {
  const columns = [
    ["Severity", "state"],
    ["What", "text"],
    ["Code", "code"],
    ["File", "code"],
    ["Path", "code"],
    ["Byte", "count"],
    ["Expected", "code"],
    ["Found", "code"],
  ] as const;
  const rows = findings.map((each): Cell[] => [
    each.severity,
    each.message,
    each.code,
    each.file,
    each.path,
    each.offset,
    each.expected,
    each.found,
  ]);
  return table("file-findings", "What is unusual or wrong in the file", columns, rows);
}

/** A section with the findings of the file, if there are any. */
export function findingsSection(file: FileReport): Section[] {
  if (file.findings.length === 0) return [];
  const more =
    Number(file.moreFindings) > 0 ? [`${count(file.moreFindings, "more finding")}, not kept.`] : [];
  return [
    {
      id: "file-findings",
      title: "The file itself",
      level: 2,
      notes: more,
      facts: [],
      tables: findingsTable(file.findings),
    },
  ];
}

/** Names, sizes and configuration of an image. */
export function imageSections(image: ImageReport): Section[] {
  const overview: Section = {
    id: `image-${image.index + 1}`,
    title: image.title,
    level: 2,
    notes: image.presence === "complete" ? [] : [PRESENCE[image.presence]],
    facts: [...identity(image), ...(image.config ? runFacts(image.config) : [])],
    tables: image.config ? configTables(image, image.config) : [],
  };
  return [
    overview,
    ...[layersSection(image), historySection(image)].filter(({ tables }) => tables.length > 0),
  ];
}

const PRESENCE = {
  partial: "Not all of this image is in the file.",
  absent: "The file only names this image: it does not hold it.",
} as const;

function identity(image: ImageReport): Fact[] {
  return [
    ...image.names.flatMap((name) => fact("Name", "code", name)),
    ...fact("Image id", "digest", image.id),
    ...fact("Manifest", "digest", image.manifestDigest),
    ...fact("Platform", "code", image.platform),
    ...fact("Created", "time", image.created),
    ...fact("Author", "text", image.author),
    ...(image.presence === "absent" ? [] : fact("Stored", "bytes", image.storedSize)),
    ...fact("Unpacked", "bytes", image.unpackedSize),
    ...fact("Layers", "count", image.layers.length),
    ...(image.role === "rootfs" ? [] : fact("Config’s digest", "state", checkWords(image.check))),
  ];
}

/** A command in the form of a list, as Dockerfiles write it. */
function list(words: readonly string[] | undefined): string | undefined {
  return words && words.length > 0 ? JSON.stringify(words) : undefined;
}

function runFacts(config: RunConfigData): Fact[] {
  return [
    ...fact("User", "code", config.user || "root (none is named)"),
    ...fact("Entry point", "code", list(config.entrypoint)),
    ...fact("Command", "code", list(config.cmd)),
    ...fact("Folder", "code", config.workingDir),
    ...fact("Ports", "code", config.exposedPorts.join(", ")),
    ...fact("Volumes", "code", config.volumes.join(", ")),
    ...fact("Stop signal", "code", config.stopSignal),
    ...fact("Health check", "code", list(config.healthcheck?.test)),
  ];
}

function configTables(image: ImageReport, config: RunConfigData) {
  const variables = config.env.map((variable): Cell[] => {
    const at = variable.indexOf("=");
    return at < 0 ? [variable, undefined] : [variable.slice(0, at), variable.slice(at + 1)];
  });
  const columns = [
    ["Name", "code"],
    ["Value", "code"],
  ] as const;
  return [
    ...table("environment", "Environment", columns, variables, image.title),
    ...table("labels", "Labels", columns, Object.entries(config.labels), image.title),
  ];
}

function layersSection(image: ImageReport): Section {
  const columns = [
    ["Layer", "count"],
    ["Stored", "bytes"],
    ["Unpacked", "bytes"],
    ["Files", "count"],
    ["Check", "state"],
    ["Diff id", "digest"],
    ["Made by", "code"],
  ] as const;
  const rows = image.layers.map((layer): Cell[] => [
    ordinal(layer.layer),
    layer.storedSize,
    layer.tarSize,
    layer.files,
    layerWords(layer),
    layer.diffId,
    layer.command === undefined ? undefined : commandWords(layer.command),
  ]);
  return {
    id: `layers-${image.index + 1}`,
    title: "Layers",
    level: 3,
    notes: [],
    facts: [],
    tables: table("layers", "Layers, the lowest first", columns, rows, image.title),
  };
}

function historySection(image: ImageReport): Section {
  const columns = [
    ["Step", "count"],
    ["Created", "time"],
    ["Layer", "count"],
    ["Command", "code"],
    ["Comment", "text"],
  ] as const;
  const rows = image.history.map((step, at): Cell[] => [
    at + 1,
    step.created,
    ordinal(step.layer),
    step.command === undefined ? undefined : commandWords(step.command),
    step.comment,
  ]);
  return {
    id: `history-${image.index + 1}`,
    title: "History",
    level: 3,
    notes: [],
    facts: [],
    tables: table("history", "History, the oldest first", columns, rows, image.title),
  };
}

/** A recorded command in the words of a Dockerfile, on one line. */
export function commandWords(recorded: string): string {
  const { keyword, text } = instruction(recorded);
  return `${keyword}${keyword && text ? " " : ""}${text}`.replace(/\s+/g, " ");
}

/** What a check came to, in a word. */
export function checkWords(check: Check): string {
  return STATES[check.state];
}

function layerWords(layer: LayerReport): string {
  if (layer.state === "failed") return "unreadable";
  if (layer.error) return "damaged";
  return layer.state === "absent" ? "absent" : checkWords(layer.check);
}

/** States of checks, in words. */
export const STATES = {
  match: "matches",
  mismatch: "differs",
  pending: "not computed",
  undeclared: "not declared",
  absent: "absent",
} as const;
