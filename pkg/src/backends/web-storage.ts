import { fromBase64, toBase64 } from "../bytes.js";
import type { Backend } from "../store-types.js";
import { same } from "./bytes.js";
import { webLock } from "./web-lock.js";

/** What is needed of `localStorage` or `sessionStorage`. */
export interface WebStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Records in `localStorage`, in base64, each under the prefix and its key. Browsers keep about 5 MB there. Tabs share it by
 * Web Locks; without those there is a single writer.
 *
 * @example
 * const store = await ImageStore.open(webStorageBackend(localStorage, "images/"));
 */
export function webStorageBackend(storage: WebStorage, prefix = "layerglass/"): Backend {
  const list = (below: string) => {
    const start = prefix + below;
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(prefix.length));
  };
  const get = (key: string) => {
    const text = storage.getItem(prefix + key);
    return text === null ? undefined : fromBase64(text);
  };
  const lock = webLock(`layerglass storage ${prefix}`);
  return {
    list,
    get,
    put: (key, bytes) => storage.setItem(prefix + key, toBase64(bytes)),
    delete: (key) => storage.removeItem(prefix + key),
    ...(lock && {
      lock,
      // Nothing else runs in between, and no other process writes while one of its scripts runs.
      swap(key: string, expected: Uint8Array | undefined, replacement: Uint8Array | undefined) {
        if (!same(get(key), expected)) return false;
        if (replacement) storage.setItem(prefix + key, toBase64(replacement));
        else storage.removeItem(prefix + key);
        return true;
      },
    }),
  };
}
