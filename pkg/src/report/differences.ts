/** A comparison of two images as sections. */
import { humanSize } from "../elements/format/size.js";
import type { ComparedImage, ComparisonData } from "../inspect/types.js";
import type { Size } from "../types.js";
import { PACKAGE_KINDS } from "./inspected.js";
import { type Cell, type CellKind, fact, ordinal, type Section, table } from "./model.js";
import { commandWords } from "./overview.js";
import type { ComparisonReport } from "./types.js";

/** What differs between two images. */
export function comparisonSections(comparison: ComparisonReport | undefined): Section[] {
  if (!comparison) return [];
  const { before, after, data } = comparison;
  const section = (id: string, title: string, part: Partial<Section>): Section => ({
    id,
    title,
    level: 3,
    notes: [],
    facts: [],
    tables: [],
    ...part,
  });
  return [
    {
      ...section("comparison", "Comparison", { facts: layerFacts(data), tables: sides(comparison) }),
      level: 2 as const,
      notes: [`Before: ${before.title}. After: ${after.title}.`],
    },
    section("comparison-config", "Configuration", { tables: configTable(data) }),
    section("comparison-history", "History", { tables: historyTable(data) }),
    section("comparison-packages", "Packages that differ", { tables: packagesTable(data) }),
    section("comparison-files", "Files that differ", { tables: filesTable(data) }),
  ].filter(({ level, tables }) => level === 2 || tables.length > 0);
}

function layerFacts({ commonLayers, sharedLayers }: ComparisonData) {
  return [
    ...fact("Layers in common, from the lowest", "count", commonLayers),
    ...fact("Layers that both have anywhere", "count", sharedLayers),
  ];
}

function sides({ before, after, data }: ComparisonReport) {
  const row = (name: string, kind: CellKind, of: (side: ComparedImage) => Cell): Cell[] => {
    const cell = (side: ComparedImage) => {
      const value = of(side);
      return kind === "bytes" && value !== undefined ? humanSize(value as Size) : value;
    };
    return [name, cell(data.before), cell(data.after)];
  };
  const columns = [
    ["What", "text"],
    ["Before", "code"],
    ["After", "code"],
  ] as const;
  return table("comparison", "Both images", columns, [
    ["File", before.file, after.file],
    row("Names", "code", ({ names }) => names.join(", ")),
    row("Image id", "digest", ({ id }) => id),
    row("Platform", "code", ({ platform }) => platform),
    row("Layers", "count", ({ layers }) => layers),
    row("Stored", "bytes", ({ storedSize }) => storedSize),
    row("Files", "count", ({ files }) => files),
    row("Bytes of files", "bytes", ({ fileBytes }) => fileBytes),
  ]);
}

function configTable({ config }: ComparisonData) {
  const columns = [
    ["Member", "text"],
    ["Name", "code"],
    ["Before", "code"],
    ["After", "code"],
  ] as const;
  const rows = config.map(({ member, key, before, after }): Cell[] => [member, key, before, after]);
  return table("comparison-config", "Members of the configuration that differ", columns, rows);
}

function historyTable({ history }: ComparisonData) {
  const columns = [
    ["Change", "state"],
    ["Before, step", "count"],
    ["After, step", "count"],
    ["Command", "code"],
  ] as const;
  const rows = history
    .filter(({ change }) => change !== "same")
    .map(({ change, before, after, command }): Cell[] => [
      change,
      ordinal(before),
      ordinal(after),
      command === undefined ? undefined : commandWords(command),
    ]);
  return table("comparison-history", "Steps that only one of them has", columns, rows);
}

function packagesTable({ packages }: ComparisonData) {
  const columns = [
    ["Change", "state"],
    ["Kind", "text"],
    ["Name", "code"],
    ["Before", "code"],
    ["After", "code"],
    ["Growth in bytes", "count"],
  ] as const;
  const rows = (packages ?? []).map(({ change, kind, name, before, after, growth }): Cell[] => [
    change,
    PACKAGE_KINDS[kind],
    name,
    before,
    after,
    growth,
  ]);
  return table("comparison-packages", "Packages that differ", columns, rows);
}

function filesTable({ files }: ComparisonData) {
  const columns = [
    ["Change", "state"],
    ["Paths", "count"],
    ["Bytes before", "bytes"],
    ["Bytes after", "bytes"],
  ] as const;
  return table("comparison-files", "Paths, by how they differ", columns, [
    ["added", files.added, undefined, files.addedBytes],
    ["removed", files.removed, files.removedBytes, undefined],
    ["changed", files.changed, files.changedBytesBefore, files.changedBytesAfter],
    ["only metadata", files.metadata, undefined, undefined],
    ["same", files.same, undefined, undefined],
  ]);
}
