import { randomInt } from "node:crypto";
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Backend } from "../store-types.js";
import { PidLock } from "./pid-lock.js";

/** What a file is called while it is written. */
const TEMPORARY = ".tmp-";
/** What follows then when it is one of ours: the process, and a random number. */
const OURS = /\.layerglass-[\d-]*$/;
/** Characters of a name that are kept in that of the file being written, so that the whole is not too long. */
const NAME = 100;
/**
 * Milliseconds since somebody else last wrote a file, after which it is taken to be left behind: a daemon that works in the
 * same folder does not know of our lock, and is never at one file for so long.
 */
const OTHERS_AGE = 3_600_000;
/** The lock's files; they are no records. */
const LOCK = "layerglass/lock.pid";
/** How often a file is written whose folder others remove. */
const ATTEMPTS = 16;

const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code;
const isMissing = (error: unknown) => ["ENOENT", "ENOTDIR"].includes(String(codeOf(error)));

/**
 * Records as files of a folder, in Docker's own layout: folders of mode 0700, files of 0600, each written beside its place,
 * synced, moved there, and its folder synced. Processes share it by a file `layerglass/lock.pid` that holds the number of
 * the process that writes; when that process is gone the next one takes it over. Native programs lock the folder by another
 * way (`flock`), of which Node knows nothing: let them and this work on one folder only one after the other.
 *
 * @example
 * import { nodeFolderBackend } from "layerglass/folder";
 * const store = await ImageStore.open(nodeFolderBackend("/var/lib/images"));
 */
export function nodeFolderBackend(path: string): Backend {
  const root = String(path);
  const lock = new PidLock(join(root, LOCK), () => made(join(root, dirname(LOCK))));

  /** Makes a folder with those around it, each synced into the one above. */
  async function made(folder: string): Promise<void> {
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if (codeOf(error) === "EEXIST") return;
      if (codeOf(error) !== "ENOENT") throw error;
      await made(dirname(folder));
      return made(folder);
    }
    await synced(dirname(folder));
  }

  async function put(key: string, bytes: Uint8Array, attempt = 1): Promise<void> {
    const target = join(root, key);
    const folder = dirname(target);
    const name = `${basename(target).slice(0, NAME)}.layerglass-${process.pid}-${randomInt(2 ** 47)}`;
    const temporary = join(folder, TEMPORARY + name);
    try {
      await made(folder);
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      // Whatever the process's mask was.
      await chmod(temporary, 0o600);
      await rename(temporary, target);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      // Somebody has just removed the folder because it was empty, or made it.
      const again = isMissing(error) || codeOf(error) === "EISDIR";
      if (attempt < ATTEMPTS && again) {
        if (codeOf(error) === "EISDIR") await rmdir(target).catch(() => {});
        return put(key, bytes, attempt + 1);
      }
      throw error;
    }
    await synced(folder);
  }

  async function remove(key: string): Promise<void> {
    try {
      await unlink(join(root, key));
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    let folder = dirname(join(root, key));
    await synced(folder).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    try {
      for (; folder.length > root.length; folder = dirname(folder)) await rmdir(folder);
    } catch {
      // It is not empty.
    }
  }

  /** Keys and files being written below a folder of the root. */
  async function* walk(below: string, prefix: string): AsyncGenerator<string> {
    const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    for (const entry of entries) {
      const key = below + entry.name;
      if (entry.isDirectory()) {
        const start = `${key}/`;
        if (start.startsWith(prefix) || prefix.startsWith(start)) yield* walk(start, prefix);
      } else if (key.startsWith(prefix)) yield key;
    }
  }

  const isTemporary = (key: string) => key.slice(key.lastIndexOf("/") + 1).startsWith(TEMPORARY);

  /** Whether a file that was being written is so no longer. Ours are written under the lock, which sweeping has. */
  async function isLeft(key: string): Promise<boolean> {
    if (OURS.test(key)) return true;
    const written = await lstat(join(root, key)).catch(() => undefined);
    return written !== undefined && Date.now() - written.mtimeMs >= OTHERS_AGE;
  }

  return {
    async list(prefix) {
      const keys: string[] = [];
      for await (const key of walk("", prefix))
        if (!isTemporary(key) && !key.startsWith(LOCK)) keys.push(key);
      return keys;
    },
    async get(key) {
      try {
        return await readFile(join(root, key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    put,
    delete: remove,
    lock: () => lock.take(),
    async sweep() {
      const swept: string[] = [];
      for await (const key of walk("", "")) if (isTemporary(key) && (await isLeft(key))) swept.push(key);
      for (const key of swept) await unlink(join(root, key));
      return swept;
    },
  };
}

/** Makes sure that what was made or removed in a folder stays so. */
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
