/** Checks of digests, and what could not be worked out, as sections. */
import type { VerifiedItem } from "../inspect/types.js";
import { type Cell, fact, ordinal, type Section, table } from "./model.js";
import { STATES } from "./overview.js";
import type { MissingPart, ReportData, VerificationReport } from "./types.js";

const WHAT: Readonly<Record<VerifiedItem["what"], string>> = {
  index: "Index",
  manifest: "Manifest",
  config: "Config",
  layer: "Layer as stored",
  "diff-id": "Diff id",
  "chain-id": "Chain id",
  "image-id": "Image id",
  other: "File",
};

const COLUMNS = [
  ["What", "text"],
  ["State", "state"],
  ["File", "code"],
  ["Image", "count"],
  ["Layer", "count"],
  ["Byte", "count"],
  ["Size", "bytes"],
  ["Declared", "digest"],
  ["Computed", "digest"],
] as const;

/** Every digest that was declared. */
export function verificationSection(verification: VerificationReport | undefined): Section[] {
  if (!verification) return [];
  const rows = verification.items.map((item): Cell[] => [
    WHAT[item.what],
    STATES[item.state],
    item.path,
    ordinal(item.image),
    ordinal(item.layer),
    item.offset,
    item.size,
    item.declared,
    item.computed,
  ]);
  const { missingPlatforms } = verification;
  return [
    {
      id: "verification",
      title: "Verification",
      level: 2,
      notes: [],
      facts: [
        ...fact("Matching", "count", verification.matching),
        ...fact("Differing", "count", verification.mismatching),
        ...fact("Not computed", "count", verification.pending),
        ...fact("Not declared", "count", verification.undeclared),
        ...fact("Absent", "count", verification.absent),
        ...fact("Platforms that are named and missing", "code", missingPlatforms.join(", ")),
      ],
      tables: table("verification", "Digests, declared and computed", COLUMNS, rows),
    },
  ];
}

const PARTS: Readonly<Record<MissingPart["part"], string>> = {
  waste: "Waste",
  packages: "Packages",
  issues: "Findings",
  verification: "Verification",
};

/** What the report lacks, and why. */
export function missingSection({ missing, images }: ReportData): Section[] {
  const rows = missing.map(({ part, image, error }): Cell[] => [
    PARTS[part],
    images.find(({ index }) => index === image)?.title,
    error.message,
    error.path,
  ]);
  const columns = [
    ["Part", "text"],
    ["Image", "code"],
    ["Why", "text"],
    ["Path", "code"],
  ] as const;
  if (rows.length === 0) return [];
  return [
    {
      id: "missing",
      title: "What is missing",
      level: 2,
      notes: ["Parts of this report could not be made. What follows is what could be read."],
      facts: [],
      tables: table("missing", "Parts that could not be made", columns, rows),
    },
  ];
}
