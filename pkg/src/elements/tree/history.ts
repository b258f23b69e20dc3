import { modeText } from "../format/id.js";
import { humanSize } from "../format/size.js";
import type { FileVersion } from "../preview/contents.js";
import { KIND } from "./describe.js";

/** One step in the life of a path. */
export interface Step {
  readonly version: FileVersion;
  /** `added`, `modified`, `deleted`. */
  readonly word: string;
  /** What is other than before: `mode rw-r--r-- → rwxr-xr-x`. */
  readonly aspects: readonly string[];
  /** Of a deletion: what it deleted, if that was a file. */
  readonly deleted?: FileVersion;
  /** The layer that replaced or deleted this version, if one did. */
  readonly until?: FileVersion;
  /** The version before, whose contents may be compared with these. */
  readonly earlier?: FileVersion;
  /** Whether the contents are those of the version before: not told where only reading them would tell. */
  readonly sameContents?: boolean;
}

/** Reads what the layers did to a path as a history, the lowest layer first. */
export function history(versions: readonly FileVersion[]): Step[] {
  const steps: Step[] = [];
  let before: FileVersion | undefined;
  let file: FileVersion | undefined;
  for (const [index, version] of versions.entries()) {
    const until = versions
      .slice(index + 1)
      .find(({ layer, overwritten }) => layer > version.layer || overwritten || version.overwritten);
    const { kind } = version;
    const earlier = kind === "file" ? file : undefined;
    const sameContents = earlier && contentsSame(earlier, version);
    steps.push({
      version,
      word: wordOf(version, before),
      aspects: before && kind !== undefined ? aspectsOf(before, version) : [],
      ...(kind === undefined && file && { deleted: file }),
      ...(kind !== undefined && until && { until }),
      ...(earlier && { earlier }),
      ...(sameContents !== undefined && { sameContents }),
    });
    before = kind === undefined ? undefined : version;
    if (kind === undefined) file = undefined;
    else if (version.source) file = version;
  }
  return steps;
}

function wordOf(version: FileVersion, before: FileVersion | undefined): string {
  if (version.kind === undefined) return "deleted";
  if (!before) return "added";
  return version.change === "unchanged" ? "there" : "modified";
}

/** Everything but the contents that is other than before. */
function aspectsOf(before: FileVersion, after: FileVersion): string[] {
  const aspects: string[] = [];
  if (before.kind !== after.kind && before.kind && after.kind)
    aspects.push(`${KIND[before.kind]} → ${KIND[after.kind]}`);
  if (after.kind === "file" && before.kind === "file" && before.size !== after.size)
    aspects.push(`size ${humanSize(before.size)} → ${humanSize(after.size)}`);
  if (before.mode !== after.mode) aspects.push(`mode ${modeText(before.mode)} → ${modeText(after.mode)}`);
  if (before.uid !== after.uid || before.gid !== after.gid)
    aspects.push(`owner ${before.uid}:${before.gid} → ${after.uid}:${after.gid}`);
  return aspects;
}

/** Whether two versions hold the same bytes, as far as that is known without reading them. */
function contentsSame(before: FileVersion, after: FileVersion): boolean | undefined {
  if (before.size !== after.size) return false;
  if (before.size === 0) return true;
  if (before.sha256 === undefined || after.sha256 === undefined) return undefined;
  return before.sha256 === after.sha256;
}
