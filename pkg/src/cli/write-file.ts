/** Writing a file so that it is there as a whole or not at all. */
import { randomUUID } from "node:crypto";
import { link, lstat, mkdir, open, readdir, rename, rm, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BrokenPipe, OutputError } from "./exit.js";

/** Bytes, one piece after the other. */
export type Pieces = AsyncIterable<Uint8Array>;

/** Refuses early what would be refused at the end. */
export async function checkFree(path: string, force: boolean): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw unwritable(path, error);
  });
  if (found && !force) throw new OutputError(`${path} is there already; --force replaces it`);
}

/** Writes beside the file under another name, and renames that at the end. Whatever fails leaves nothing. */
export async function writeFileWhole(path: string, pieces: Pieces, force: boolean): Promise<number> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 80)}.${randomUUID()}.part`);
  const handle = await open(temporary, "wx").catch((error: unknown) => {
    throw unwritable(path, error);
  });
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      await handle.writeFile(piece).catch((error: unknown) => {
        throw unwritable(path, error);
      });
      bytes += piece.length;
    }
    await handle.sync().catch(() => {});
    await handle.close();
    await place(temporary, target, force);
    return bytes;
  } catch (thrown) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** Gives the file its name. Without `force` a name that somebody took meanwhile stays theirs. */
async function place(temporary: string, target: string, force: boolean): Promise<void> {
  try {
    if (force) return await rename(temporary, target);
    try {
      await link(temporary, target);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "EEXIST") throw new OutputError(`${target} is there already; --force replaces it`);
      // Some file systems have no links.
      await checkFree(target, false);
      return await rename(temporary, target);
    }
    await unlink(temporary);
  } catch (thrown) {
    throw unwritable(target, thrown);
  }
}

/**
 * Fills a folder beside the wanted one, and renames that at the end. With `force` a folder that is there makes way if `mayReplace`
 * says so of its names.
 */
export async function writeFolderWhole(
  path: string,
  fill: (folder: string) => Promise<void>,
  mayReplace: (names: readonly string[]) => boolean,
): Promise<void> {
  const target = resolve(path);
  const beside = (what: string) =>
    join(dirname(target), `.${basename(target).slice(0, 80)}.${randomUUID()}.${what}`);
  const temporary = beside("part");
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw unwritable(path, error);
  });
  if (names && names.length > 0 && !mayReplace(names))
    throw new OutputError(`${path} is a folder with other things in it: it is not replaced`);
  try {
    await mkdir(temporary).catch((error: unknown) => {
      throw unwritable(path, error);
    });
    await fill(temporary);
    const old = beside("old");
    if (names) await rename(target, old);
    try {
      await rename(temporary, target);
    } catch (thrown) {
      if (names) await rename(old, target);
      throw unwritable(path, thrown);
    }
    if (names) await rm(old, { recursive: true, force: true });
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    throw thrown;
  }
}

/** Why something could not be written. */
export function unwritable(path: string, thrown: unknown): Error {
  if (thrown instanceof OutputError || thrown instanceof BrokenPipe) return thrown;
  return new OutputError(`${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
}
