import type {
  ArchiveData,
  Check,
  Finding,
  ImageData,
  ImageLayerData,
  LayerData,
  Size,
} from "../../archive.js";
import { platformName, shortDigest } from "../format/id.js";
import { addSizes } from "../format/size.js";
import { plain } from "../format/text.js";
import { isDocument } from "./documents.js";

/** One recomputed value, with what it belongs to. */
export interface CheckRow {
  readonly what: string;
  readonly of: string;
  readonly check: Check;
  /** The check's state, or that it cannot be made because the layer cannot be read to its end. */
  readonly state: Check["state"] | "failed";
}

/** A finding with the layer or image that it came from. */
export interface PlacedFinding extends Finding {
  /** Position in `ArchiveData.layers`. */
  readonly layer?: number;
}

/** Counts of checks by their state. */
export type CheckCounts = Readonly<Record<CheckRow["state"], number>>;

/** Every declared value of the file beside the computed one: configs, diff ids, layers, other blobs. */
export function checkRows(archive: ArchiveData): CheckRow[] {
  const rows: CheckRow[] = [];
  const add = (what: string, of: string, check: Check, layer?: LayerData): void => {
    const unreadable = check.state === "pending" && layer?.state === "failed";
    rows.push({ what, of, check, state: unreadable ? "failed" : check.state });
  };
  for (const image of archive.images) {
    // A bare file system has no config that could be checked.
    if (image.role !== "rootfs") add("Config", imageTitle(image), image.check);
  }
  for (const image of archive.images) {
    for (const [position, layer] of image.layers.entries()) {
      const stored = layer.blob === undefined ? undefined : archive.layers[layer.blob];
      add("Diff id", `Layer ${position + 1} of ${imageTitle(image)}`, diffIdCheck(layer, archive), stored);
    }
  }
  for (const layer of archive.layers) {
    add("Stored layer", layer.path === "" ? "the whole file" : plain(layer.path, 300), layer.check, layer);
  }
  for (const blob of archive.blobs) add(ROLES[blob.role], plain(blob.path, 300), blob.check);
  return rows;
}

/** The check of a layer's diff id, known as soon as that layer is scanned although others are not. */
export function diffIdCheck(layer: ImageLayerData, archive: ArchiveData): Check {
  const scan = layer.blob === undefined ? undefined : archive.layers[layer.blob]?.scan;
  if (layer.check.state !== "pending" || layer.diffId === undefined || scan?.diffId === undefined)
    return layer.check;
  const state = scan.diffId === layer.diffId ? "match" : "mismatch";
  return { state, declared: layer.diffId, computed: scan.diffId };
}

const ROLES = { config: "Config file", manifest: "Manifest", index: "Index", other: "File" } as const;

/** How many checks are in which state. */
export function checkCounts(rows: Iterable<CheckRow>): CheckCounts {
  const counts = { match: 0, mismatch: 0, pending: 0, failed: 0, undeclared: 0, absent: 0 };
  for (const row of rows) counts[row.state] += 1;
  return counts;
}

const ORDER = { error: 0, warning: 1, info: 2 } as const;

/** Every finding of the file and its layers, the gravest first. */
export function findings(archive: ArchiveData): PlacedFinding[] {
  const found: PlacedFinding[] = [...archive.findings];
  for (const layer of archive.layers) {
    if (isDocument(layer)) continue;
    if (layer.error) {
      const { code, message, offset, expected, found: was, path } = layer.error;
      found.push({
        severity: "error",
        code,
        message,
        file: layer.path,
        layer: layer.index,
        ...(path !== undefined && path !== layer.path ? { path } : {}),
        ...(offset !== undefined ? { offset } : {}),
        ...(expected !== undefined ? { expected } : {}),
        ...(was !== undefined ? { found: was } : {}),
      });
    }
    for (const finding of layer.scan?.findings ?? []) {
      found.push({ file: layer.path, ...finding, layer: layer.index });
    }
  }
  return found.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** Findings that the limits did not keep. */
export function uncounted(archive: ArchiveData): Size {
  return addSizes([archive.moreFindings, ...archive.layers.map((layer) => layer.scan?.moreFindings ?? 0)]);
}

/** What an image is called: its first name, else its platform, else its id. */
export function imageTitle(image: ImageData): string {
  const [name] = image.familiarNames;
  if (name) return plain(name, 300);
  if (image.role === "attestation") return "Attestation";
  if (image.role === "rootfs") return "File system";
  if (image.platform && image.platform.os !== "unknown") return plain(platformName(image.platform), 200);
  const id = image.id ?? image.manifestDigest;
  return id ? shortDigest(plain(id, 300)) : `Image ${image.index + 1}`;
}

/** What an archive's checks come to. */
export interface Verdict {
  readonly errors: number;
  readonly warnings: number;
  readonly allMatch: boolean;
}

/** Sums up the checks and findings. */
export function verdict(archive: ArchiveData): Verdict {
  const counts = checkCounts(checkRows(archive));
  const found = findings(archive);
  const graded = (severity: Finding["severity"]) => found.filter((each) => each.severity === severity).length;
  return {
    errors: graded("error") + counts.mismatch,
    warnings: graded("warning"),
    allMatch: counts.pending === 0 && counts.mismatch === 0 && counts.match > 0,
  };
}
