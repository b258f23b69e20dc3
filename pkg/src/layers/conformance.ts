/** What every storage of layers has to do. */
import { toError } from "../error.js";
import type { LayerStorage, StoredLayer } from "../layer-types.js";
import type { Awaitable, ConformanceCheck } from "../store-types.js";
import { contentsOf } from "./files.js";

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const A = digestOf("a");
const B = digestOf("b");
const C = digestOf("c");

/** A layer of made-up digests: a storage takes them as they are. */
function layer(chainId: string, bytes: Uint8Array, parent?: string): StoredLayer {
  const size = bytes.length;
  const facts = {
    chainId,
    diffId: chainId,
    digest: chainId,
    size,
    tarSize: size,
    compression: "none",
  } as const;
  return parent === undefined ? facts : { ...facts, parent };
}

/** Bytes of every value, in an order of their own for each seed. */
const bytesOf = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * 7 + seed) & 255);

function same(what: string, found: unknown, expected: unknown): void {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value, sorted));
  if (one !== other) throw new Error(`${what}: ${one} where ${other} was expected`);
}

/** Members in one order. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function write(
  layers: LayerStorage,
  facts: StoredLayer,
  bytes: Uint8Array,
  piece = 1000,
): Promise<void> {
  const writer = await layers.begin();
  const buffer = new Uint8Array(piece);
  for (let at = 0; at < bytes.length; at += piece) {
    const part = bytes.subarray(at, at + piece);
    buffer.set(part);
    await writer.write(buffer.subarray(0, part.length));
    // Its owner goes on using it.
    buffer.fill(0);
  }
  await writer.commit(facts);
}

async function holds(layers: LayerStorage, chainId: string, expected: Uint8Array | undefined): Promise<void> {
  const file = await layers.open(chainId);
  if (!file || !expected) return same(`the bytes of ${chainId}`, file !== undefined, expected !== undefined);
  const bytes = await contentsOf(file);
  same("the number of bytes", bytes.length, expected.length);
  if (bytes.some((byte, at) => byte !== expected[at]))
    throw new Error("the bytes are others than were written");
}

const chains = async (layers: LayerStorage) => (await layers.list()).map(({ chainId }) => chainId);

const CHECKS: Record<string, (layers: LayerStorage) => Promise<void>> = {
  "what is not there": async (layers) => {
    same("find", await layers.find(A), undefined);
    await holds(layers, A, undefined);
    same("get", (await layers.get(A)) ?? undefined, undefined);
    await layers.delete(A);
    same("list", await layers.list(), []);
  },
  "a layer is what was written": async (layers) => {
    const bytes = bytesOf(100_003, 1);
    await write(layers, { ...layer(A, bytes), mediaType: "text/x-é" }, bytes);
    same("find", await layers.find(A), { ...layer(A, bytes), mediaType: "text/x-é" });
    await holds(layers, A, bytes);
    same("list", await chains(layers), [A]);
  },
  "a layer without bytes": async (layers) => {
    await write(layers, layer(A, new Uint8Array()), new Uint8Array());
    await holds(layers, A, new Uint8Array());
  },
  "ranges of a layer": async (layers) => {
    const bytes = bytesOf(5_000, 2);
    await write(layers, layer(A, bytes), bytes);
    const file = await layers.open(A);
    if (!file) throw new Error("the layer is not there");
    const part =
      file instanceof Blob
        ? new Uint8Array(await file.slice(1_234, 4_321).arrayBuffer())
        : await file.read(1_234, 3_087);
    if (!(file instanceof Blob)) await file.close();
    same("a range", [...part], [...bytes.subarray(1_234, 4_321)]);
  },
  "nothing is seen before it is committed": async (layers) => {
    const writer = await layers.begin();
    await writer.write(bytesOf(10_000, 3));
    same("list", await layers.list(), []);
    await writer.commit(layer(A, bytesOf(10_000, 3)));
    same("list", await chains(layers), [A]);
  },
  "what is given up leaves nothing": async (layers) => {
    const writer = await layers.begin();
    await writer.write(bytesOf(10_000, 4));
    await writer.abort();
    same("list", await layers.list(), []);
    same("sweep", await layers.sweep(), []);
  },
  "a layer that is there stays": async (layers) => {
    const bytes = bytesOf(10, 5);
    await write(layers, layer(A, bytes), bytes);
    await write(layers, layer(A, bytesOf(20, 6)), bytesOf(20, 6));
    await holds(layers, A, bytes);
  },
  "many at once": async (layers) => {
    const all = [..."0123456789abcdef"].map(
      (digit, at) => [digestOf(digit), bytesOf(3_000 + at, at)] as const,
    );
    await Promise.all(all.map(([chainId, bytes]) => write(layers, layer(chainId, bytes), bytes, 100)));
    same("list", await chains(layers), all.map(([chainId]) => chainId).sort());
    for (const [chainId, bytes] of all) await holds(layers, chainId, bytes);
  },
  "references are counted": async (layers) => {
    const [a, b, c] = [bytesOf(10, 7), bytesOf(20, 8), bytesOf(30, 9)];
    await write(layers, layer(A, a), a);
    await write(layers, layer(B, b, A), b);
    await write(layers, layer(C, c, A), c);
    const [one, two, other] = [await layers.get(B), await layers.get(B), await layers.get(C)];
    same("with another reference", Array.from((await layers.release(one)) ?? []), []);
    same("the top alone", freed(await layers.release(two)), [[B, 30, 20]]);
    await holds(layers, A, a);
    same("the rest", freed(await layers.release(other)), [
      [C, 40, 30],
      [A, 10, 10],
    ]);
    same("list", await layers.list(), []);
  },
  "a reference that is dropped frees nothing": async (layers) => {
    const bytes = bytesOf(10, 13);
    await write(layers, layer(A, bytes), bytes);
    layers.drop(await layers.get(A));
    same("list", await chains(layers), [A]);
    same("the last reference", freed(await layers.release(await layers.get(A))), [[A, 10, 10]]);
  },
  "a layer below one that stays": async (layers) => {
    const bytes = bytesOf(10, 10);
    await write(layers, layer(A, bytes), bytes);
    await write(layers, layer(B, bytes, A), bytes);
    same("release", freed(await layers.release(await layers.get(A))), []);
    same("list", await chains(layers), [A, B]);
  },
  "pruning frees what nothing refers to": async (layers) => {
    const bytes = bytesOf(10, 12);
    await write(layers, layer(A, bytes), bytes);
    await write(layers, layer(B, bytes, A), bytes);
    await write(layers, layer(C, bytes, A), bytes);
    const reference = await layers.get(B);
    same("what is freed", freed(await layers.prune()), [[C, 20, 10]]);
    same("what stays", await chains(layers), [A, B]);
    await layers.release(reference);
    same("list", await layers.list(), []);
  },
  "sweeping leaves layers alone": async (layers) => {
    const bytes = bytesOf(10, 11);
    await write(layers, layer(A, bytes), bytes);
    const release = await layers.lock?.();
    await layers.sweep();
    await release?.();
    await holds(layers, A, bytes);
  },
  "the lock lets one through at a time": async (layers) => {
    if (!layers.lock) return;
    const order: string[] = [];
    const release = await layers.lock();
    const second = (async () => {
      const end = await layers.lock?.();
      order.push("second");
      await end?.();
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push("first");
    await release();
    await second;
    same("order", order, ["first", "second"]);
  },
};

const freed = (layers: Awaited<ReturnType<LayerStorage["release"]>>) =>
  Array.from(layers ?? [], ({ chainId, size, ownSize }) => [chainId, size, ownSize]);

/** Runs the checks, each on a storage of its own that must be empty. */
export async function checkLayers(make: () => Awaitable<LayerStorage>): Promise<ConformanceCheck[]> {
  const checks: ConformanceCheck[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      await check(await make());
      checks.push({ name, outcome: "passed" });
    } catch (thrown) {
      checks.push({ name, outcome: "failed", reason: toError(thrown).message });
    }
  }
  return checks;
}
