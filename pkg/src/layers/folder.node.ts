import { randomInt } from "node:crypto";
import { mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { PidLock } from "../backends/pid-lock.js";
import type { LayerBytes, LayerStorage } from "../layer-types.js";
import type { Files } from "./files.js";
import { FileLayers } from "./storage.js";

/** What a file is called while it is written. */
const TEMPORARY = ".tmp-";
const LOCK = "lock.pid";

const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code;

/**
 * Layers as files of a folder, for Node: each written beside its place, synced, moved there, and the folder synced. Processes
 * share it by a file `lock.pid`, as `nodeFolderBackend` does.
 *
 * @example
 * import { ImageStore } from "layerglass";
 * import { folderLayers, nodeFolderBackend } from "layerglass/folder";
 * const layers = folderLayers("/var/lib/images/layers");
 * const store = await ImageStore.open(nodeFolderBackend("/var/lib/images/store"), { layers });
 */
export function folderLayers(path: string): LayerStorage {
  const root = String(path);
  const lock = new PidLock(join(root, LOCK), async () => {
    await mkdir(root, { recursive: true, mode: 0o700 });
  });
  /** Files that are being written here: they are not left behind. */
  const writing = new Set<string>();

  async function names(isWanted: (name: string) => boolean): Promise<string[]> {
    const all = await readdir(root).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    });
    return all.filter(isWanted);
  }

  async function remove(name: string): Promise<void> {
    await unlink(join(root, name)).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
    });
  }

  const files: Files = {
    async begin() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const temporary = `${TEMPORARY}${process.pid}-${randomInt(2 ** 47)}`;
      writing.add(temporary);
      const file = await open(join(root, temporary), "wx", 0o600);
      let isOpen = true;
      const close = async () => {
        if (!isOpen) return;
        isOpen = false;
        await file.close();
      };
      return {
        async write(bytes) {
          for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
        },
        async publish(name) {
          await file.sync();
          await close();
          await rename(join(root, temporary), join(root, name));
          writing.delete(temporary);
          await synced(root);
        },
        async discard() {
          await close();
          await remove(temporary);
          writing.delete(temporary);
        },
      };
    },
    async open(name) {
      try {
        return await bytesOf(join(root, name));
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    remove,
    names: () => names((name) => !name.startsWith(TEMPORARY) && !name.startsWith(LOCK)),
    async sweep() {
      const left = await names((name) => name.startsWith(TEMPORARY) && !writing.has(name));
      for (const name of left) await remove(name);
      return left;
    },
    lock: () => lock.take(),
  };
  return new FileLayers(files);
}

/** A file that is read by ranges. */
async function bytesOf(path: string): Promise<LayerBytes> {
  const file = await open(path, "r");
  const { size } = await file.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new Error("the file ended early: it has been changed");
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

/** Makes sure that what was made in a folder stays so. */
async function synced(folder: string): Promise<void> {
  // Windows opens no folders, and keeps what is in them without being asked.
  if (process.platform === "win32") return;
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
