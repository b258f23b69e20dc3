import type { ArchiveData, Size } from "../../archive.js";
import type { VerificationData, VerifiedItem } from "../../inspect/types.js";
import { plain } from "../format/text.js";
import { type CheckRow, checkRows, imageTitle } from "./checks.js";

/** Whether declared bytes are what was declared, or why that is not known. */
export type VerifiedState = CheckRow["state"];

/** One line of the report: a value that was declared or computed, with what it belongs to. */
export interface VerifiedLine {
  readonly what: string;
  readonly of: string;
  readonly path: string;
  readonly offset?: Size;
  readonly size?: Size;
  readonly declared?: string;
  readonly computed?: string;
  readonly state: VerifiedState;
}

const WHAT: Readonly<Record<VerifiedItem["what"], string>> = {
  index: "Index",
  manifest: "Manifest",
  config: "Config",
  layer: "Stored layer",
  "diff-id": "Diff id",
  "chain-id": "Chain id",
  "image-id": "Image id",
  other: "File",
};

/** The lines of a verification; until there is one, what the archive itself tells. */
export function verifiedLines(
  archive: ArchiveData,
  verification: VerificationData | undefined,
): VerifiedLine[] {
  if (!verification) return checkRows(archive).filter(known).map(lineOfRow);
  return verification.items.map((item) => lineOfItem(item, archive));
}

function known({ state, check }: CheckRow): boolean {
  return state !== "undeclared" || check.computed !== undefined;
}

function lineOfRow({ what, of, check, state }: CheckRow): VerifiedLine {
  return { ...check, what, of, path: "", state };
}

function lineOfItem(item: VerifiedItem, archive: ArchiveData): VerifiedLine {
  const { what, image, layer, state } = item;
  const used = image === undefined ? undefined : archive.images[image];
  const blob = what === "layer" ? layer : layer === undefined ? undefined : used?.layers[layer]?.blob;
  const unreadable = state === "pending" && blob !== undefined && archive.layers[blob]?.state === "failed";
  const position = used && layer !== undefined && what !== "layer" ? `Layer ${layer + 1} of ` : "";
  return {
    ...item,
    what: WHAT[what],
    of: used ? `${position}${imageTitle(used)}` : "",
    state: unreadable ? "failed" : state,
  };
}

/** How many lines are in which state. */
export function countStates(lines: Iterable<VerifiedLine>): Record<VerifiedState, number> {
  const counts = { match: 0, mismatch: 0, pending: 0, failed: 0, undeclared: 0, absent: 0 };
  for (const { state } of lines) counts[state] += 1;
  return counts;
}

/** The lines as text, a line each, with tabs between what would stand in columns. */
export function verifiedText(lines: readonly VerifiedLine[]): string {
  const head = ["what", "of", "file", "offset", "size", "declared", "computed", "state"].join("\t");
  const rows = lines.map(({ what, of, path, offset, size, declared, computed, state }) =>
    [what, of, path, offset, size, declared, computed, state]
      .map((cell) => plain(cell === undefined ? "" : String(cell), 4096))
      .join("\t"),
  );
  return `${[head, ...rows].join("\n")}\n`;
}
