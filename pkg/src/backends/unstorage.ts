import type { Backend } from "../store-types.js";
import { folderName, keyOf, pathOf } from "./names.js";
import { NamedTurns } from "./turns.js";

/** What is needed of a storage of the library `unstorage`. */
export interface Unstorage {
  getKeys(base?: string): Promise<string[]>;
  getItemRaw(key: string): Promise<unknown>;
  setItemRaw(key: string, value: unknown): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/**
 * Records in whatever the library `unstorage` drives: Redis, S3, Cloudflare KV, a folder, and more. There is a single
 * writer. That a write is durable and never a part is up to the driver; its driver for folders writes in place.
 *
 * @example
 * import { createStorage } from "unstorage";
 * const store = await ImageStore.open(unstorageBackend(createStorage({ driver })));
 */
export function unstorageBackend(storage: Unstorage): Backend {
  // Drivers that write in place mix what is written at once.
  const turns = new NamedTurns();
  const nameOf = (key: string) => pathOf(key).join(":");
  return {
    sharing: "single",
    async list(prefix) {
      const base = prefix.split("/").slice(0, -1).map(folderName).join(":");
      const names = await storage.getKeys(base);
      const keys = names.map((name) => keyOf(name.split(":")));
      return keys.filter((key): key is string => key?.startsWith(prefix) === true);
    },
    get: (key) =>
      turns.run(key, async () => (await storage.getItemRaw(nameOf(key))) as Uint8Array | null | undefined),
    put: (key, bytes) => turns.run(key, () => storage.setItemRaw(nameOf(key), bytes)),
    delete: (key) => turns.run(key, () => storage.removeItem(nameOf(key))),
  };
}
