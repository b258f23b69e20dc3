import type { Backend } from "../store-types.js";
import { same } from "./bytes.js";
import { Turns } from "./turns.js";

const turns = new WeakMap<Map<string, Uint8Array>, Turns>();

/**
 * Records in a `Map`. Several stores in one thread can share it.
 *
 * @example
 * const records = new Map<string, Uint8Array>();
 * const store = await ImageStore.open(mapBackend(records));
 */
export function mapBackend(records: Map<string, Uint8Array> = new Map()): Backend {
  const turn = turns.get(records) ?? new Turns();
  turns.set(records, turn);
  return {
    list: (prefix) => Array.from(records.keys()).filter((key) => key.startsWith(prefix)),
    get: (key) => records.get(key),
    put: (key, bytes) => records.set(key, bytes),
    delete: (key) => records.delete(key),
    swap(key, expected, replacement) {
      if (!same(records.get(key), expected)) return false;
      if (replacement) records.set(key, replacement);
      else records.delete(key);
      return true;
    },
    scan: (prefix) => [Array.from(records).filter(([key]) => key.startsWith(prefix))],
    lock: () => turn.take(),
  };
}
