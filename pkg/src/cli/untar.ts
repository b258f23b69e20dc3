/** Laying an OCI layout that was made as a tar out in a folder. */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LayerglassError } from "../error.js";
import type { Pieces } from "./write-file.js";
import { unwritable } from "./write-file.js";

const BLOCK = 512;

/** What a layout has; nothing else is written. */
const PATHS = /^(?:oci-layout|index\.json|blobs\/[a-z\d]+\/[\da-f]{32,128})$/;

/** The entry that bytes belong to. */
interface Entry {
  readonly file: FileHandle | undefined;
  /** Bytes of it that are still to come, and bytes that fill up its last block. */
  left: number;
  padding: number;
}

/** Writes the files of a tar of this package's own making. */
export async function untarLayout(pieces: Pieces, folder: string): Promise<void> {
  let header: Uint8Array[] = [];
  let have = 0;
  let entry: Entry | undefined;
  try {
    for await (const piece of pieces) {
      let rest = piece;
      while (rest.length > 0) {
        if (!entry) {
          const part = rest.subarray(0, BLOCK - have);
          rest = rest.subarray(part.length);
          have += part.length;
          header.push(part.slice());
          if (have < BLOCK) break;
          entry = await begin(Buffer.concat(header), folder);
          header = [];
          have = 0;
          if (!entry) continue;
        } else if (entry.left > 0) {
          const part = rest.subarray(0, entry.left);
          rest = rest.subarray(part.length);
          entry.left -= part.length;
          await entry.file?.writeFile(part).catch((error: unknown) => {
            throw unwritable(folder, error);
          });
        } else {
          const skipped = Math.min(entry.padding, rest.length);
          rest = rest.subarray(skipped);
          entry.padding -= skipped;
        }
        if (entry.left === 0 && entry.padding === 0) {
          await entry.file?.close();
          entry = undefined;
        }
      }
    }
  } finally {
    await entry?.file?.close().catch(() => {});
  }
}

/** The entry that a header begins; none at the end of the tar. */
async function begin(header: Buffer, folder: string): Promise<Entry | undefined> {
  if (header.every((byte) => byte === 0)) return undefined;
  const path = header.toString("latin1", 0, 100).replace(/\0.*$/s, "");
  const size = sizeOf(header);
  const type = String.fromCharCode(header[156] ?? 0);
  const padding = (BLOCK - (size % BLOCK)) % BLOCK;
  if (type === "5" && size === 0) return { file: undefined, left: 0, padding: 0 };
  if ((type !== "0" && type !== "\0") || !PATHS.test(path)) {
    const message = "the layout has an entry that cannot be laid out in a folder";
    throw new LayerglassError({ kind: "unsupported", code: "layout-entry", message, path });
  }
  const target = join(folder, path);
  try {
    await mkdir(dirname(target), { recursive: true });
    return { file: await open(target, "wx"), left: size, padding };
  } catch (thrown) {
    throw unwritable(folder, thrown);
  }
}

/** In octal digits, or in base 256 from 8 GiB on. */
function sizeOf(header: Buffer): number {
  if (((header[124] ?? 0) & 0x80) === 0)
    return Number.parseInt(header.toString("latin1", 124, 136).replace(/\0.*$/s, "").trim() || "0", 8);
  return Number(header.readBigUInt64BE(128));
}
