import { Digest } from "../digest.js";
import { LayerglassError } from "../error.js";
import type { Awaitable, Backend } from "../store-types.js";
import { Turns } from "./turns.js";

/**
 * The interface that Docker's image store had to its storage: contents by their digest, and metadata of a content by a
 * key. What is not there is `undefined` or `null`.
 */
export interface SevenCalls {
  /** The digests of all contents. */
  walk(): Awaitable<Iterable<string>>;
  get(digest: string): Awaitable<Uint8Array | undefined | null>;
  /** Keeps a content, under its SHA-256. */
  set(content: Uint8Array): Awaitable<unknown>;
  /** Deletes a content with its metadata. */
  delete(digest: string): Awaitable<unknown>;
  setMetadata(digest: string, key: string, value: Uint8Array): Awaitable<unknown>;
  getMetadata(digest: string, key: string): Awaitable<Uint8Array | undefined | null>;
  deleteMetadata(digest: string, key: string): Awaitable<unknown>;
}

/** Metadata that Docker keeps of an image. The interface cannot list names, so these are asked for. */
const KNOWN = ["parent", "lastUpdated", "builtLocally"];
/** The content whose metadata is everything that is not about one image; the same as natively. */
const ROOT = new TextEncoder().encode(
  "layerglass: what belongs to the store and not to one image is kept as metadata of this\n",
);
/** Metadata of that content: which keys there are, a line each. */
const KEYS = "keys";

/**
 * Records through the older interface of seven calls. Names, users and the journal, which it knows nothing of, are
 * metadata of one content of their own. There is a single writer.
 *
 * @example
 * const store = await ImageStore.open(callsBackend({ walk, get, set, delete: remove, setMetadata, getMetadata, deleteMetadata }));
 */
export function callsBackend(calls: SevenCalls): Backend {
  const root = String(Digest.of(ROOT));
  /** The list of keys is read and written again: one after the other. */
  const turns = new Turns();
  const inTurn = async (work: () => Promise<void>) => {
    const pass = await turns.take();
    try {
      await work();
    } finally {
      pass();
    }
  };
  const named = (key: string) => `key.${Digest.of(new TextEncoder().encode(key)).hex}`;

  /** The digest, and the name of metadata where it is some. */
  function place(key: string): [digest: string, name?: string] {
    const [, kind, digits, name] =
      /^imagedb\/(content|metadata)\/sha256\/([0-9a-f]{64})(?:\/(.*))?$/.exec(key) ?? [];
    if (kind === "content" && name === undefined) return [`sha256:${digits}`];
    if (kind === "metadata" && name !== undefined && KNOWN.includes(name)) return [`sha256:${digits}`, name];
    return [root, named(key)];
  }

  async function keys(): Promise<string[]> {
    const lines = await calls.getMetadata(root, KEYS);
    return new TextDecoder()
      .decode(lines ?? new Uint8Array())
      .split("\n")
      .filter(Boolean);
  }

  const writeKeys = async (list: readonly string[]) =>
    calls.setMetadata(root, KEYS, new TextEncoder().encode(list.map((key) => `${key}\n`).join("")));

  async function get(key: string): Promise<Uint8Array | undefined | null> {
    const [digest, name] = place(key);
    if (name !== undefined) return calls.getMetadata(digest, name);
    return digest === root ? undefined : calls.get(digest);
  }

  return {
    sharing: "single",
    get,
    async list(prefix) {
      const found: string[] = [];
      const isThere = (value: unknown) => value !== undefined && value !== null;
      for (const digest of await calls.walk()) {
        if (digest === root) continue;
        const digits = digest.slice(digest.indexOf(":") + 1);
        const content = `imagedb/content/sha256/${digits}`;
        if (content.startsWith(prefix)) found.push(content);
        for (const name of KNOWN) {
          const key = `imagedb/metadata/sha256/${digits}/${name}`;
          if (key.startsWith(prefix) && isThere(await calls.getMetadata(digest, name))) found.push(key);
        }
      }
      for (const key of await keys()) if (key.startsWith(prefix) && isThere(await get(key))) found.push(key);
      return found;
    },
    put: (key, bytes) => inTurn(() => put(key, bytes)),
    delete: (key) => inTurn(() => remove(key)),
  };

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    const [digest, name] = place(key);
    if (name === undefined) {
      if (String(Digest.of(bytes)) !== digest) {
        const message = "this storage keeps contents under their SHA-256 only";
        throw new LayerglassError({ kind: "io", code: "backend-failed", message });
      }
      await calls.set(bytes);
      return;
    }
    if (digest === root) {
      if (!(await calls.get(root))) await calls.set(ROOT);
      // A key that is listed and not there does no harm; the other way round it would never be found.
      const list = await keys();
      if (!list.includes(key)) await writeKeys([...list, key].sort());
    }
    await calls.setMetadata(digest, name, bytes);
  }

  async function remove(key: string): Promise<void> {
    const [digest, name] = place(key);
    if (name === undefined) {
      await calls.delete(digest);
      return;
    }
    await calls.deleteMetadata(digest, name);
    if (digest !== root) return;
    const list = await keys();
    if (list.includes(key)) await writeKeys(list.filter((other) => other !== key));
  }
}
