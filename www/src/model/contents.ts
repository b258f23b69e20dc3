import type { ArchiveData, FileKind } from "layerglass/archive";
import type { InspectedSif } from "layerglass/sif";
import type { DiskData } from "layerglass/vm";
import type { Subject } from "./open.ts";

/** What a file without layers was read as. */
export type Contents =
  | { readonly type: "disk"; readonly data: DiskData }
  | { readonly type: "sif"; readonly data: InspectedSif };

/** Files up to this many bytes are read whole, so that what signatures state is compared at once. */
const READ_WHOLE = 32 << 20;

const DISKS: ReadonlySet<FileKind> = new Set([
  "qcow2",
  "vmdk",
  "vhd",
  "vhdx",
  "iso9660",
  "mbr-disk",
  "gpt-disk",
  "squashfs",
  "kernel",
  "cpio",
]);

/** Whether a file without images is of a kind that has a reader of its own. */
export function hasReader({ images, kind, compression }: ArchiveData): boolean {
  return images.length === 0 && compression === "none" && (kind === "sif" || DISKS.has(kind));
}

/** What a file can be read from by ranges; nothing of folders and streams. */
function fileOf({
  form,
  input,
}: Subject): Blob | Uint8Array | { url: string | URL; size: number } | undefined {
  if (form !== "file" || typeof input !== "object" || input === null) return undefined;
  if (input instanceof Blob || input instanceof Uint8Array) return input;
  const { url, size } = input as { url?: unknown; size?: unknown };
  const isAddress = typeof url === "string" || url instanceof URL;
  return isAddress && typeof size === "number" ? { url, size } : undefined;
}

/** Reads a file that holds no images. The module that can is loaded for it. Nothing where it is of no known format. */
export async function readContents(
  subject: Subject,
  kind: FileKind | undefined,
  signal: AbortSignal,
): Promise<Contents | undefined> {
  const file = fileOf(subject);
  if (file === undefined) return undefined;
  if (kind === "sif") {
    const { inspectSif } = await import("layerglass/sif");
    const integrity = file instanceof Uint8Array || file.size <= READ_WHOLE;
    return { type: "sif", data: await inspectSif(file, { signal, integrity }) };
  }
  const { inspectDisk } = await import("layerglass/vm");
  const data = await inspectDisk(file, { signal });
  // What is packed was unpacked before, and nothing that is known was found.
  return ["unknown", "compressed"].includes(data.detail.format) ? undefined : { type: "disk", data };
}
