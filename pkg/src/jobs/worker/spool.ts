/** Bytes that are kept aside until they have been read, outside of memory. */
import { LayerglassError } from "../../error.js";
import { ownFolder } from "../../layers/opfs.js";
import type { ByteSource } from "../../worker/source.js";

/** The folder of what is kept aside in browsers. */
const FOLDER = "layerglass-spool";

/** A file that is written once, then read by ranges, and gone when it is closed. */
export interface Spool {
  write(bytes: Uint8Array): Promise<void>;
  /** The whole of it as a source of one file. */
  source(): ByteSource;
  close(): Promise<void>;
}

export type OpenSpool = () => Promise<Spool>;

/** What is needed of a `FileSystemSyncAccessHandle`. */
interface SyncHandle {
  read(buffer: Uint8Array, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
  close(): void;
}

interface SyncFile {
  createSyncAccessHandle?(): Promise<SyncHandle>;
}

/** A file of the browser's own file system. Its handle locks it, so that what others left can be told: it can be removed. */
export const openOpfsSpool: OpenSpool = async () => {
  const folder = await ownFolder(FOLDER);
  const left: string[] = [];
  for await (const [name] of folder.entries()) left.push(name);
  for (const name of left) await folder.removeEntry(name).catch(() => {});
  const name = crypto.randomUUID();
  const file = (await folder.getFileHandle(name, { create: true })) as SyncFile;
  const handle = await file.createSyncAccessHandle?.();
  if (!handle) {
    await folder.removeEntry(name).catch(() => {});
    throw unsupportedSpool();
  }
  let size = 0;
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const written = handle.write(bytes.subarray(at), { at: size });
        if (written === 0) throw new DOMException("the file takes no more bytes", "QuotaExceededError");
        at += written;
        size += written;
      }
    },
    source: () =>
      sourceOf(size, async (offset, length) => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, handle.read(bytes, { at: offset }));
      }),
    async close() {
      handle.close();
      await folder.removeEntry(name).catch(() => {});
    },
  };
};

/** A source of one file that is read by a function. */
export function sourceOf(
  size: number,
  readAt: (offset: number, length: number) => Promise<Uint8Array>,
): ByteSource {
  const exactly = async (offset: number, length: number) => {
    const bytes = await readAt(offset, length);
    if (bytes.length === length) return bytes;
    const message = "what was kept aside ended early: it has been changed";
    throw new LayerglassError({ kind: "io", code: "source-changed", message, offset });
  };
  return {
    sizes: [size],
    read: (_, offset, length) => exactly(offset, length),
    async *chunks(_, offset, length) {
      for (let at = offset; at < offset + length; at += PIECE_BYTES)
        yield await exactly(at, Math.min(PIECE_BYTES, offset + length - at));
    },
    range() {
      throw unsupportedSpool();
    },
    close: async () => {},
  };
}

/** Bytes read at a time. */
const PIECE_BYTES = 1 << 20;

function unsupportedSpool(): LayerglassError {
  const message = "a file that is compressed as a whole cannot be unpacked aside here";
  return new LayerglassError({ kind: "unsupported", code: "no-spool", message });
}
