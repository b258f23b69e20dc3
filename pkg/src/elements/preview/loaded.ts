import type { Size } from "../../archive.js";
import type { ByteSource } from "./bytes.js";
import { type Decoded, decodeText } from "./decode.js";
import { type JsonLine, jsonLines } from "./json-lines.js";
import { type FileKind, fileKind } from "./kind.js";
import { PREVIEW_LIMITS } from "./limits.js";

/** Ways to look at a file. */
export type View = "summary" | "picture" | "json" | "text" | "hex";

/** What was read of a file, and how it can be looked at. */
export interface Loaded {
  readonly bytes: Uint8Array;
  readonly size: Size;
  /** All of it was read. */
  readonly isWhole: boolean;
  readonly kind: FileKind;
  readonly text?: Decoded;
  readonly json?: readonly JsonLine[];
  /** Why it is not shown in the way that would fit it best. */
  readonly note?: string;
  /** The ways that fit it, the best first. */
  readonly views: readonly View[];
}

/** Reads the beginning of a file, or all of it where that is needed to show what it is. */
export async function load(
  source: ByteSource,
  most: number,
  signal: AbortSignal,
  onProgress?: (bytes: number) => void,
): Promise<Loaded> {
  let { bytes, size } = await source.read(most, signal, onProgress);
  let kind = fileKind(bytes, BigInt(bytes.length) >= BigInt(size));
  const needed = wholeUpTo(kind);
  if (needed > most && BigInt(bytes.length) < BigInt(size) && BigInt(size) <= needed) {
    ({ bytes, size } = await source.read(needed, signal, onProgress));
    kind = fileKind(bytes, true);
  }
  return look(bytes, size, kind);
}

/** Bytes up to which a file of a kind is read as a whole. */
function wholeUpTo(kind: FileKind): number {
  switch (kind.kind) {
    case "image":
      return kind.type === "image/svg+xml" ? PREVIEW_LIMITS.svgBytes : PREVIEW_LIMITS.imageBytes;
    case "elf":
      return PREVIEW_LIMITS.elfBytes;
    case "certificate":
      return PREVIEW_LIMITS.certificateBytes;
    case "json":
      return PREVIEW_LIMITS.jsonBytes;
    default:
      return 0;
  }
}

function look(bytes: Uint8Array, size: Size, kind: FileKind): Loaded {
  const isWhole = BigInt(bytes.length) >= BigInt(size);
  const read = { bytes, size, isWhole, kind };
  const shown = bytes.subarray(0, PREVIEW_LIMITS.shownBytes);
  const text = kind.kind === "elf" || kind.kind === "binary" ? undefined : decodeText(shown, isWhole);
  const texts: readonly View[] = text ? ["text", "hex"] : ["hex"];
  const both = { ...read, ...(text && { text }) };
  switch (kind.kind) {
    case "empty":
      return { ...read, views: [] };
    case "elf":
    case "certificate":
      return { ...both, views: ["summary", ...texts] };
    case "image":
      return isWhole
        ? { ...both, views: ["picture", ...texts] }
        : { ...both, views: texts, note: "It is too large to be shown as a picture." };
    case "json": {
      if (!text || !isWhole || bytes.length > PREVIEW_LIMITS.jsonBytes)
        return { ...both, views: texts, note: "It is too large to be shown folded." };
      const json = jsonLines(text.text, PREVIEW_LIMITS.jsonDepth, PREVIEW_LIMITS.jsonLines);
      if (!("fault" in json)) return { ...both, json, views: ["json", ...texts] };
      // Files that only begin like JSON, such as settings with comments, are none; that is no fault of theirs.
      return json.fault === "invalid"
        ? { ...both, kind: { kind: "text" }, views: texts }
        : {
            ...both,
            views: texts,
            note: "It nests too deeply, or has too many values, to be shown folded.",
          };
    }
    default:
      return { ...both, views: texts };
  }
}
