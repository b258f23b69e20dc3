/** Waste, packages and issues of an image as sections. */
import { count, humanSize } from "../elements/format/size.js";
import type { IssueData, IssueRule, PackageData, WasteItem } from "../inspect/types.js";
import type { Size } from "../types.js";
import { type Cell, fact, ordinal, percent, type Section, table } from "./model.js";
import { commandWords } from "./overview.js";
import type { ImageReport } from "./types.js";

/** Bytes that are of no use. */
export function wasteSection(image: ImageReport): Section[] {
  const { waste } = image;
  if (!waste) return [];
  const wasted = `${humanSize(waste.wasted)} of ${humanSize(waste.contentSize)} in all layers (${percent(waste.wasted, waste.contentSize)})`;
  const layers = waste.layers.map((layer): Cell[] => [
    layer.layer + 1,
    layer.contentSize,
    layer.overwritten,
    layer.removed,
    layer.duplicate,
    layer.caused,
    layer.command === undefined ? undefined : commandWords(layer.command),
  ]);
  const items = waste.items.map((item): Cell[] => [
    item.bytes,
    item.kind,
    item.path,
    item.layer + 1,
    reason(item),
  ]);
  const more =
    Number(waste.moreItems) > 0
      ? [`${count(waste.moreItems, "more copy", "more copies")} with ${humanSize(waste.moreBytes)}.`]
      : [];
  return [
    {
      id: `waste-${image.index + 1}`,
      title: "Waste",
      level: 3,
      notes: more,
      facts: [
        ...fact("Of no use", "text", wasted),
        ...fact("Overwritten", "bytes", waste.overwritten),
        ...fact("Deleted later", "bytes", waste.removed),
        ...fact("Stored again under another path", "bytes", waste.duplicate),
        ...fact("Left when all layers are made one", "bytes", waste.squashed),
      ],
      tables: [
        ...table("waste-layers", "Waste by layer", LAYER_COLUMNS, layers, image.title),
        ...table("waste", "Copies of no use, the largest first", WASTE_COLUMNS, items, image.title),
      ],
    },
  ];
}

const LAYER_COLUMNS = [
  ["Layer", "count"],
  ["Contents", "bytes"],
  ["Overwritten", "bytes"],
  ["Deleted later", "bytes"],
  ["Duplicate", "bytes"],
  ["Made useless by it", "bytes"],
  ["Made by", "code"],
] as const;

const WASTE_COLUMNS = [
  ["Size", "bytes"],
  ["Kind", "text"],
  ["Path", "code"],
  ["Layer", "count"],
  ["Why", "text"],
] as const;

function reason({ kind, by, sameAs, unchanged }: WasteItem): string {
  switch (kind) {
    case "removed":
      return `layer ${by + 1} deleted it`;
    case "overwritten":
      return `layer ${by + 1} wrote it again${unchanged ? ", with the same contents" : ""}`;
    case "duplicate":
      return `layer ${by + 1} has the same contents${sameAs === undefined ? "" : ` at ${sameAs}`}`;
  }
}

/** Names of kinds of packages. */
export const PACKAGE_KINDS: Readonly<Record<PackageData["kind"], string>> = {
  deb: "dpkg",
  apk: "apk",
  rpm: "rpm",
  python: "Python",
  node: "Node",
  ruby: "Ruby",
  java: "Java",
  go: "Go",
  rust: "Rust",
};

/** Packages, and those that were removed. */
export function packagesSection(image: ImageReport): Section[] {
  const { packages } = image;
  if (!packages) return [];
  const kinds = new Map<string, number>();
  for (const { kind } of packages.packages)
    kinds.set(PACKAGE_KINDS[kind], (kinds.get(PACKAGE_KINDS[kind]) ?? 0) + 1);
  const rows = packages.packages.map((each): Cell[] => [
    PACKAGE_KINDS[each.kind],
    each.group === undefined ? each.name : `${each.group}:${each.name}`,
    each.version,
    each.size,
    each.layer + 1,
    each.license,
    each.purl,
  ]);
  const removed = packages.removed.map((each): Cell[] => [
    PACKAGE_KINDS[each.kind],
    each.name,
    each.version,
    each.lastLayer + 1,
    ordinal(each.removedIn),
  ]);
  return [
    {
      id: `packages-${image.index + 1}`,
      title: "Packages",
      level: 3,
      notes: packages.findings
        .map(({ message, path }) => (path === undefined ? message : `${message} (${path})`))
        .concat(moreOf(packages.moreFindings, "finding")),
      facts: [
        ...fact("Distribution", "text", packages.distribution?.prettyName ?? packages.distribution?.id),
        ...fact("Packages", "count", packages.packages.length),
        ...[...kinds].flatMap(([kind, number]) => fact(kind, "count", number)),
      ],
      tables: [
        ...table("packages", "Packages", PACKAGE_COLUMNS, rows, image.title),
        ...table("packages-removed", "Packages that a later layer removed", REMOVED, removed, image.title),
      ],
    },
  ];
}

const PACKAGE_COLUMNS = [
  ["Kind", "text"],
  ["Name", "code"],
  ["Version", "code"],
  ["Size", "bytes"],
  ["Layer", "count"],
  ["Licence", "text"],
  ["Package URL", "code"],
] as const;

const REMOVED = [
  ["Kind", "text"],
  ["Name", "code"],
  ["Version", "code"],
  ["Last in layer", "count"],
  ["Removed in layer", "count"],
] as const;

function moreOf(more: Size, noun: string): string[] {
  return Number(more) > 0 ? [`${count(more, `more ${noun}`)}, not kept.`] : [];
}

/** Names of rules, for people. */
export const ISSUE_RULES: Readonly<Record<IssueRule, string>> = {
  "root-user": "runs as root",
  secret: "secret",
  "set-id": "set-id program",
  "world-writable": "writable by everyone",
  "package-cache": "package cache",
  "git-folder": "git folder",
  certificate: "certificate",
};

/** What should worry whoever ships the image. */
export function issuesSection(image: ImageReport): Section[] {
  const { issues } = image;
  if (!issues) return [];
  const rows = issues.issues.map((each): Cell[] => [
    each.severity,
    ISSUE_RULES[each.rule],
    each.why,
    each.path,
    ordinal(each.layer),
    ordinal(each.step),
    each.command === undefined ? undefined : commandWords(each.command),
    notes(each),
  ]);
  return [
    {
      id: `issues-${image.index + 1}`,
      title: "Findings",
      level: 3,
      notes: [
        ...(issues.issues.length === 0 ? ["None of the rules is broken."] : []),
        ...moreOf(issues.more, "finding"),
      ],
      facts: [],
      tables: table("findings", "Findings", ISSUE_COLUMNS, rows, image.title),
    },
  ];
}

const ISSUE_COLUMNS = [
  ["Severity", "state"],
  ["Rule", "text"],
  ["Why", "text"],
  ["Path", "code"],
  ["Layer", "count"],
  ["Step", "count"],
  ["Command", "code"],
  ["Note", "text"],
] as const;

function notes({ deleted, bytes }: IssueData): string | undefined {
  const words = [
    ...(deleted ? ["deleted or replaced by a later layer, and still in the image"] : []),
    ...(bytes === undefined ? [] : [humanSize(bytes)]),
  ];
  return words.length === 0 ? undefined : words.join("; ");
}
