/** The regular files below a folder. */
import { opendir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { LayerglassError } from "../error.js";

/** A file of a folder. */
export interface FolderEntry {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly size: number;
}

/**
 * Lists the regular files below `root`, sorted. A symbolic link counts as the file it leads to when that lies in the
 * folder too; links that leave it, links to folders, and devices are passed over.
 */
export async function walk(root: string, limit = 1_000_000): Promise<FolderEntry[]> {
  const inside = (await realpath(root)) + sep;
  const found: FolderEntry[] = [];
  const folders = [""];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of await opendir(join(root, folder))) {
      if (++seen > limit) {
        const message = `limit \`archiveEntries\` of ${limit} exceeded: found ${seen}`;
        throw new LayerglassError({
          kind: "limit",
          code: "limit",
          message,
          expected: String(limit),
          found: String(seen),
          path: folder,
        });
      }
      const path = folder + entry.name;
      if (entry.isDirectory()) folders.push(`${path}/`);
      else if (entry.isFile()) found.push({ path, size: (await stat(join(root, path))).size });
      else if (entry.isSymbolicLink()) await follow(path);
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

  async function follow(path: string): Promise<void> {
    // A link that leads nowhere is nothing to read.
    const target = await realpath(join(root, path)).catch(() => undefined);
    if (!target?.startsWith(inside)) return;
    const info = await stat(target);
    if (info.isFile()) found.push({ path, size: info.size });
  }
}
