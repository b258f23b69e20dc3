import { deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Backend, ScannedRecord } from "../store-types.js";
import { same } from "./bytes.js";
import { webLock } from "./web-lock.js";

const RECORDS = "records";
/** Records of one batch. */
const BATCH = 512;

/** A backend that holds a connection. */
export interface IndexedDbBackend extends Backend {
  /** Ends the connection. The next call opens another one. */
  close(): void;
  /** Deletes the whole database. */
  destroy(): Promise<void>;
}

/**
 * Records in a database of the browser, by the library `idb`. Each write is durable when it is done. Tabs share it by Web
 * Locks; without those, names and leases only.
 *
 * @example
 * const store = await ImageStore.open(indexedDbBackend("images"));
 */
export function indexedDbBackend(name = "layerglass"): IndexedDbBackend {
  let opening: Promise<IDBPDatabase> | undefined;
  const forget = () => {
    opening = undefined;
  };
  const close = () => {
    const closing = opening;
    forget();
    closing?.then((database) => database.close()).catch(() => {});
  };
  const database = () => {
    opening ??= openDB(name, 1, {
      upgrade: (database) => void database.createObjectStore(RECORDS),
      // Another tab wants to delete it, or the browser has ended the connection.
      blocking: close,
      terminated: forget,
    }).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
  const change = async () => (await database()).transaction(RECORDS, "readwrite", { durability: "strict" });
  const lock = webLock(`layerglass database ${name}`);
  return {
    list: async (prefix) => (await (await database()).getAllKeys(RECORDS, range(prefix))) as string[],
    get: async (key) => (await database()).get(RECORDS, key),
    async put(key, bytes) {
      const transaction = await change();
      await Promise.all([transaction.store.put(bytes, key), transaction.done]);
    },
    async delete(key) {
      const transaction = await change();
      await Promise.all([transaction.store.delete(key), transaction.done]);
    },
    async swap(key, expected, replacement) {
      const transaction = await change();
      const fits = same(await transaction.store.get(key), expected);
      if (fits) await (replacement ? transaction.store.put(replacement, key) : transaction.store.delete(key));
      await transaction.done;
      return fits;
    },
    async *scan(prefix) {
      let from = range(prefix);
      for (;;) {
        const { store } = (await database()).transaction(RECORDS);
        const [keys, values] = await Promise.all([store.getAllKeys(from, BATCH), store.getAll(from, BATCH)]);
        yield keys.map((key, at): ScannedRecord => [key as string, values[at]]);
        const last = keys.at(-1);
        if (keys.length < BATCH || last === undefined) return;
        from = IDBKeyRange.bound(last, from.upper, true);
      }
    },
    ...(lock && { lock }),
    close,
    async destroy() {
      close();
      await deleteDB(name);
    },
  };
}

/** The keys with a prefix: keys are ASCII, so that all with it come before it with U+FFFF. */
function range(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}
