import { LayerglassError } from "../error.js";
import type { Backend } from "../store-types.js";
import { component, folderName, keyOf, pathOf } from "./names.js";
import { NamedTurns } from "./turns.js";
import { webLock } from "./web-lock.js";

/** What a file is called while it is written. */
const TEMPORARY = ".tmp-";
/** The folder that is used where none is given. */
const OWN = "layerglass";
/** How often is tried what others stand in the way of. */
const ATTEMPTS = 40;

/** What is needed of a `FileSystemFileHandle`. */
export interface OpfsFile {
  readonly kind: "file";
  readonly name: string;
  getFile(): Promise<Blob>;
  createWritable(): Promise<OpfsWritable>;
}

/** What is needed of a `FileSystemWritableFileStream`. */
export interface OpfsWritable {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort?(): Promise<void>;
}

/** What is needed of a `FileSystemDirectoryHandle`. */
export interface OpfsFolder {
  readonly kind: "directory";
  readonly name: string;
  entries(): AsyncIterable<[string, unknown]>;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<unknown>;
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<unknown>;
  removeEntry(name: string): Promise<void>;
}

/** What browsers have beyond the specification. */
interface Movable {
  move?(folder: OpfsFolder, name: string): Promise<void>;
}

const isNamed = (name: string) => (error: unknown) => (error as { name?: unknown } | null)?.name === name;
const isLocked = isNamed("NoModificationAllowedError");
const isMissing = isNamed("NotFoundError");

/**
 * Records as files in the browser's own file system: each is written beside its place and moved there, which needs a
 * browser whose file handles have `createWritable` and `move`. Tabs share it by Web Locks; without those there is a single
 * writer. Names are escaped where a file system could take two for one.
 *
 * @example
 * const root = await navigator.storage.getDirectory();
 * const store = await ImageStore.open(opfsBackend(await root.getDirectoryHandle("images", { create: true })));
 */
export function opfsBackend(folder?: OpfsFolder): Backend {
  let root: Promise<OpfsFolder> | undefined;
  const top = () => {
    root ??= folder ? Promise.resolve(folder) : own();
    return root;
  };
  const turns = new NamedTurns();
  const lock = webLock(`layerglass folder ${folder?.name ?? OWN}`);

  /** The folder and the name of a key's file; nothing when the folder is not there. */
  async function place(key: string, create: boolean): Promise<[OpfsFolder, string] | undefined> {
    const path = pathOf(key);
    let at = await top();
    for (const name of path.slice(0, -1)) {
      const next = at.getDirectoryHandle(name, { create }).catch((error: unknown) => {
        if (!create && isMissing(error)) return undefined;
        throw error;
      });
      const found = (await next) as OpfsFolder | undefined;
      if (!found) return undefined;
      at = found;
    }
    return [at, path.at(-1) ?? ""];
  }

  /** Removes the folders around a key that have become empty; those that are not cannot be removed. */
  async function pruned(key: string): Promise<void> {
    const around = key.split("/").slice(0, -1);
    for (; around.length > 0; around.pop()) {
      const found = await place(around.join("/"), false);
      if (!found) continue;
      const [above] = found;
      await above.removeEntry(folderName(around.at(-1) ?? ""));
    }
  }

  /** The keys below a folder of which the path is known. */
  async function* walk(at: OpfsFolder, path: readonly string[], prefix: string): AsyncGenerator<string> {
    for await (const [name, entry] of at.entries()) {
      const below = [...path, name];
      const { kind } = entry as OpfsFile | OpfsFolder;
      if (kind === "file") {
        const key = keyOf(below);
        if (key?.startsWith(prefix)) yield key;
        continue;
      }
      const start = `${below.map(component).join("/")}/`;
      if (start.startsWith(prefix) || prefix.startsWith(start))
        yield* walk(entry as OpfsFolder, below, prefix);
    }
  }

  return {
    async list(prefix) {
      const keys: string[] = [];
      for await (const key of walk(await top(), [], prefix)) keys.push(key);
      return keys;
    },
    async get(key) {
      try {
        const found = await place(key, false);
        if (!found) return undefined;
        const file = (await found[0].getFileHandle(found[1])) as OpfsFile;
        return new Uint8Array(await (await file.getFile()).arrayBuffer());
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    put: (key, bytes) => turns.run(key, () => put(key, bytes)),
    delete: (key) => turns.run(key, () => remove(key)),
    async sweep() {
      const above = await top();
      const swept: string[] = [];
      for await (const [name] of above.entries()) if (name.startsWith(TEMPORARY)) swept.push(name);
      for (const name of swept) await above.removeEntry(name);
      return swept;
    },
    ...(lock && { lock }),
  };

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    const name = `${TEMPORARY}${crypto.randomUUID()}`;
    const above = await top();
    const file = (await above.getFileHandle(name, { create: true })) as OpfsFile & Movable;
    try {
      if (typeof file.move !== "function" || typeof file.createWritable !== "function") {
        const message = "this browser cannot write and move files in its own file system";
        throw new LayerglassError({ kind: "unsupported", code: "backend-unsupported", message });
      }
      const writable = await file.createWritable();
      await writable.write(bytes);
      await writable.close();
      // Somebody may just have removed the folder because it was empty.
      await persistently(isMissing, async () => {
        const found = await place(key, true);
        if (found) await file.move?.(...found);
      });
    } catch (error) {
      await above.removeEntry(name).catch(() => {});
      throw error;
    }
  }

  async function remove(key: string): Promise<void> {
    try {
      await persistently(
        () => false,
        async () => {
          const found = await place(key, false);
          await found?.[0].removeEntry(found[1]);
        },
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
      return;
    }
    await pruned(key).catch(() => {});
  }
}

/** Tries again while others have a file or its folder locked, or where `again` says so. */
async function persistently(again: (error: unknown) => boolean, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !(isLocked(error) || again(error))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * Math.random() * 10));
  }
}

/** A folder of the package's own in the browser's file system. */
async function own(): Promise<OpfsFolder> {
  const { navigator } = globalThis as unknown as {
    navigator: { storage: { getDirectory(): Promise<OpfsFolder> } };
  };
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle(OWN, { create: true })) as OpfsFolder;
}
