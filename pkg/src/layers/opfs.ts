import type { OpfsFile, OpfsFolder } from "../backends/opfs.js";
import { webLock } from "../backends/web-lock.js";
import { LayerglassError } from "../error.js";
import type { LayerStorage } from "../layer-types.js";
import type { Files } from "./files.js";
import { FileLayers } from "./storage.js";

/** What a file is called while it is written. */
const TEMPORARY = ".tmp-";
/** The folder that is used where none is given. */
const OWN = "layerglass-layers";

/** What browsers have beyond the specification. */
type Writable = OpfsFile & { move?(folder: OpfsFolder, name: string): Promise<void> };

const isMissing = (error: unknown) => (error as { name?: unknown } | null)?.name === "NotFoundError";

/** A folder of the browser's own file system. */
export async function ownFolder(name: string): Promise<OpfsFolder> {
  const { navigator } = globalThis as unknown as {
    navigator?: { storage?: { getDirectory?(): Promise<OpfsFolder> } };
  };
  const root = await navigator?.storage?.getDirectory?.();
  if (root) return (await root.getDirectoryHandle(name, { create: true })) as OpfsFolder;
  throw new LayerglassError({
    kind: "unsupported",
    code: "storage-unsupported",
    message: "this runtime has no file system of its own for pages",
  });
}

/**
 * Layers as files in the browser's own file system: each is written beside its place and moved there, which needs a browser
 * whose file handles have `createWritable` and `move`. What a closed tab was writing is never seen.
 *
 * @example
 * const layers = opfsLayers();
 * const store = await ImageStore.open(indexedDbBackend("images"), { layers });
 */
export function opfsLayers(folder?: OpfsFolder): LayerStorage {
  let root: Promise<OpfsFolder> | undefined;
  const top = () => {
    root ??= (folder ? Promise.resolve(folder) : ownFolder(OWN)).catch((error: unknown) => {
      root = undefined;
      throw error;
    });
    return root;
  };
  const lock = webLock(`layerglass layers ${folder?.name ?? OWN}`);
  /** Files that are being written here: they are not left behind. */
  const writing = new Set<string>();

  async function names(isWanted: (name: string) => boolean): Promise<string[]> {
    const found: string[] = [];
    for await (const [name] of (await top()).entries()) if (isWanted(name)) found.push(name);
    return found;
  }

  async function remove(name: string): Promise<void> {
    await (await top()).removeEntry(name).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  const files: Files = {
    async begin() {
      const above = await top();
      const temporary = `${TEMPORARY}${crypto.randomUUID()}`;
      writing.add(temporary);
      const file = (await above.getFileHandle(temporary, { create: true })) as Writable;
      if (typeof file.move !== "function" || typeof file.createWritable !== "function") {
        await remove(temporary);
        const message = "this browser cannot write and move files in its own file system";
        throw new LayerglassError({ kind: "unsupported", code: "storage-unsupported", message });
      }
      const writable = await file.createWritable();
      let isOpen = true;
      return {
        write: (bytes) => writable.write(bytes),
        async publish(name) {
          isOpen = false;
          await writable.close();
          await remove(name);
          await file.move?.(above, name);
          writing.delete(temporary);
        },
        async discard() {
          if (isOpen) await writable.abort?.().catch(() => {});
          isOpen = false;
          await remove(temporary);
          writing.delete(temporary);
        },
      };
    },
    async open(name) {
      try {
        return await ((await (await top()).getFileHandle(name)) as OpfsFile).getFile();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    remove,
    names: () => names((name) => !name.startsWith(TEMPORARY)),
    async sweep() {
      const left = await names((name) => name.startsWith(TEMPORARY) && !writing.has(name));
      for (const name of left) await remove(name);
      return left;
    },
    ...(lock && { lock }),
  };
  return new FileLayers(files);
}
