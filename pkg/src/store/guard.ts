import { asBytes } from "../bytes.js";
import { LayerglassError } from "../error.js";
import type { Backend, LayerStore, ScannedRecord, Sharing } from "../store-types.js";

/** Keys that a backend may list at once. */
const MAX_KEYS = 10_000_000;
/** Records that are asked for at once where a backend cannot scan. */
const AT_ONCE = 32;

/** Why a call failed, as the module reads it. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
}

/** A backend as the module calls it: each call gives a native promise, and fails with a `Failure`. */
export interface GuardedBackend {
  readonly sharing: Sharing;
  list(prefix: string): Promise<string[]>;
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  swap(key: string, expected: Uint8Array | undefined, replacement: Uint8Array | undefined): Promise<boolean>;
  scan(prefix: string): { next(): Promise<[string[], (Uint8Array | Failure)[]] | undefined> };
  lock(): Promise<() => void>;
  sweep(): Promise<string[]>;
}

/** A layer store as the module calls it. */
export interface GuardedLayers {
  readonly os: string | undefined;
  get(chainId: string): Promise<{ readonly layer: unknown } | undefined>;
  release(reference: { readonly layer: unknown }): Promise<unknown[]>;
  /** Gives all references back that are still held, and frees nothing. */
  close(): void;
}

/** What a thrown value says, whatever it is: reading it may throw as well. */
function failure(thrown: unknown): Failure {
  try {
    const { name, code, message } = Object(thrown) as { name?: unknown; code?: unknown; message?: unknown };
    const reason = typeof message === "string" ? message : String(thrown);
    if (typeof code === "string" && code.startsWith("backend-")) return { code, reason };
    if (name === "QuotaExceededError" || code === "ENOSPC" || code === "EDQUOT")
      return { code: "backend-full", reason };
    if (code === "EROFS") return { code: "backend-read-only", reason };
    return { code: "backend-failed", reason };
  } catch {
    return { code: "backend-failed", reason: "it failed without a reason" };
  }
}

/** Runs a call of the caller's. What it throws, at once or later, becomes a `Failure`. */
async function guarded<T>(work: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw failure(thrown);
  }
}

function invalid(message: string): LayerglassError {
  return new LayerglassError({ kind: "invalid", code: "argument", message });
}

function texts(what: string, values: Iterable<unknown>): string[] {
  const list: string[] = [];
  if (typeof values === "string") throw new Error(`${what} gave no list`);
  for (const value of values) {
    if (typeof value !== "string") throw new Error(`${what} gave what is no string`);
    if (list.push(value) > MAX_KEYS) throw new Error(`${what} gave more than ${MAX_KEYS} keys`);
  }
  return list;
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function sharingOf(backend: Backend): Sharing {
  const has = (name: "lock" | "swap") => typeof backend[name] === "function";
  const given = backend.sharing;
  if (given === undefined) return has("lock") ? "full" : has("swap") ? "records" : "single";
  if (!["single", "records", "full"].includes(given))
    throw invalid("`sharing` is `single`, `records` or `full`");
  if (given === "full" && !has("lock")) throw invalid("a backend that is shared fully has a call `lock`");
  if (given === "records" && !has("swap")) throw invalid("a backend that shares records has a call `swap`");
  return given;
}

/** A caller's backend behind calls that behave. */
export function guardBackend(backend: Backend): GuardedBackend {
  if (typeof backend !== "object" || backend === null) throw invalid("a backend is an object");
  for (const name of ["list", "get", "put", "delete"] as const)
    if (typeof backend[name] !== "function") throw invalid(`a backend has a call \`${name}\``);
  const get = (key: string) =>
    guarded(async () => {
      const bytes = await backend.get(key);
      return bytes === undefined || bytes === null ? undefined : asBytes(bytes);
    });
  const list = (prefix: string) => guarded(async () => texts("`list`", await backend.list(prefix)));
  const put = (key: string, bytes: Uint8Array) => guarded(async () => void (await backend.put(key, bytes)));
  const remove = (key: string) => guarded(async () => void (await backend.delete(key)));
  const lock = () =>
    guarded(async () => {
      if (typeof backend.lock !== "function") throw new Error("the backend has no lock");
      const release = await backend.lock();
      if (typeof release !== "function") throw new Error("`lock` gave no function");
      return () => {
        // There is nobody left to tell.
        guarded(async () => release()).catch(() => {});
      };
    });
  return {
    sharing: sharingOf(backend),
    list,
    get,
    put,
    delete: remove,
    swap: (key, expected, replacement) =>
      guarded(async () => {
        if (typeof backend.swap === "function")
          return (await backend.swap(key, expected, replacement)) === true;
        const release = await lock();
        try {
          if (!same(await get(key), expected)) return false;
          await (replacement ? put(key, replacement) : remove(key));
          return true;
        } finally {
          release();
        }
      }),
    scan: (prefix) => ahead(typeof backend.scan === "function" ? scanned(backend, prefix) : fetched(prefix)),
    lock,
    sweep: () =>
      guarded(async () =>
        typeof backend.sweep === "function" ? texts("`sweep`", await backend.sweep()) : [],
      ),
  };

  /** Records by `list` and `get`. */
  async function* fetched(prefix: string): AsyncGenerator<[string[], (Uint8Array | Failure)[]]> {
    const keys = await list(prefix);
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      const part = keys.slice(at, at + AT_ONCE);
      const values = await Promise.all(part.map((key) => get(key).catch((error: Failure) => error)));
      const there = values.map((value) => value !== undefined);
      yield [
        part.filter((_, index) => there[index]),
        values.filter((value): value is Uint8Array | Failure => value !== undefined),
      ];
    }
  }
}

/** The batches of a caller's scan, each checked. */
async function* scanned(
  backend: Backend,
  prefix: string,
): AsyncGenerator<[string[], (Uint8Array | Failure)[]]> {
  let count = 0;
  // Awaited, in case it is a promise although it should be none.
  for await (const batch of (await backend.scan?.(prefix)) ?? []) {
    const keys: string[] = [];
    const values: (Uint8Array | Failure)[] = [];
    for (const [key, value] of batch as Iterable<ScannedRecord>) {
      if (typeof key !== "string") throw new Error("`scan` gave a key that is no string");
      if (++count > MAX_KEYS) throw new Error(`\`scan\` gave more than ${MAX_KEYS} records`);
      keys.push(key);
      values.push(value instanceof Error ? failure(value) : bytesOf(value));
    }
    yield [keys, values];
  }
}

function bytesOf(value: unknown): Uint8Array | Failure {
  try {
    return asBytes(value);
  } catch (thrown) {
    return failure(thrown);
  }
}

/** Asks for the next batch before the one before it is worked through, so that reading and hashing go on together. */
function ahead<T>(batches: AsyncGenerator<T>): { next(): Promise<T | undefined> } {
  const fetch = () => {
    const next = guarded(async () => (await batches.next()).value as T | undefined);
    // Whoever waits for it is told; before that it is nobody's.
    next.catch(() => {});
    return next;
  };
  let next = fetch();
  return {
    async next() {
      const batch = await next;
      if (batch !== undefined) next = fetch();
      return batch;
    },
  };
}

/** A caller's layer store behind calls that behave. */
export function guardLayers(layers: LayerStore, os?: string): GuardedLayers {
  for (const name of ["get", "release"] as const)
    if (typeof Object(layers)[name] !== "function") throw invalid(`a layer store has a call \`${name}\``);
  const held = new Set<{ readonly layer: unknown }>();
  return {
    os,
    get: (chainId) =>
      guarded(async () => {
        const layer = await layers.get(chainId);
        if (layer === undefined || layer === null) return undefined;
        const reference = { layer };
        held.add(reference);
        return reference;
      }),
    release: (reference) =>
      guarded(async () => {
        const freed = Array.from(
          (await layers.release(reference.layer)) ?? [],
          ({ chainId, diffId, size, ownSize }) => ({ chainId, diffId, size, ownSize }),
        );
        held.delete(reference);
        return freed;
      }),
    close() {
      for (const { layer } of held) {
        try {
          layers.drop?.(layer);
        } catch {
          // There is nobody left to tell.
        }
      }
      held.clear();
    },
  };
}

/** A clock that always tells a time: the caller's, or the system's when that fails. */
export function guardClock(now: () => number = Date.now): () => number {
  return () => {
    try {
      const time = Number(now());
      return Number.isFinite(time) ? time : Date.now();
    } catch {
      return Date.now();
    }
  };
}
