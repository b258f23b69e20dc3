/** Stores whose calls overlap, end early, or meet backends that misbehave. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageRecords, ImageStore, LayerglassError } from "layerglass";
import { mapBackend } from "layerglass/backends";
import { config, ended, idOf, randomFrom, records, STOPPED, shuffled } from "./store/support.js";

const pause = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A backend whose calls take their time, each another. */
function slow(backend, random) {
  const late =
    (call) =>
    async (...values) => {
      for (let turns = random(6); turns > 0; turns--) await Promise.resolve();
      if (random(4) === 0) await new Promise(setImmediate);
      const answer = await call(...values);
      if (random(4) === 0) await new Promise(setImmediate);
      return answer;
    };
  const { scan: _, ...calls } = backend;
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, late(call)]));
}

const OPERATIONS = [
  (store) => store.create(config("d"), { parent: idOf("b") }),
  (store) => store.create(config("e"), { parent: idOf("c") }),
  (store) => store.delete(idOf("b")),
  (store) => store.delete(idOf("b"), { children: "cascade" }),
  (store) => store.delete(idOf("a"), { children: "orphan" }),
  (store) => store.delete(idOf("c"), { missingOk: true }),
  (store) => store.tag("name", idOf("a")),
  (store) => store.tag("name", idOf("c"), { force: true }),
  (store) => store.tag("other", idOf("b")),
  (store) => store.untag("first"),
  (store) => store.untagAll(idOf("b")),
  (store) => store.lease(idOf("b"), "one"),
  (store) => store.lease(idOf("c"), "two"),
  (store) => store.returnLease(idOf("a"), "zero"),
  (store) => store.setParent(idOf("a"), idOf("c")),
  (store) => store.setParent(idOf("c"), idOf("a")),
  (store) => store.touch(idOf("c")),
  (store) => store.setMetadata(idOf("b"), "note", new Uint8Array([7])),
  (store) => store.gc({ unnamedImages: true }),
];

async function prepared() {
  const map = new Map();
  const store = await ImageStore.open(mapBackend(map), STOPPED);
  await store.create(config("a"));
  await store.create(config("b"), { parent: idOf("a") });
  await store.create(config("c"));
  await store.tag("first", idOf("b"));
  await store.lease(idOf("a"), "zero");
  store.close();
  return map;
}

/** How operations end, and what is then there. */
async function outcome(endings, backend) {
  return JSON.stringify([endings.map(({ code }) => code ?? "done"), await records(backend)]);
}

function* orders(values) {
  if (values.length === 0) yield [];
  for (const [at, value] of values.entries())
    for (const rest of orders(values.toSpliced(at, 1))) yield [value, ...rest];
}

test("operations of two stores at once end as some order of them would", { timeout: 300_000 }, async (t) => {
  const start = await prepared();
  let orderMattered = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const random = randomFrom(seed);
    const chosen = shuffled(OPERATIONS.keys(), random).slice(0, 4);
    const backend = slow(mapBackend(new Map(start)), random);
    const stores = [await ImageStore.open(backend, STOPPED), await ImageStore.open(backend, STOPPED)];
    const work = chosen.map((operation, at) => ended(OPERATIONS[operation](stores[at % 2])));
    const found = await outcome(await Promise.all(work), backend);
    const explained = new Set();
    for (const order of orders([0, 1, 2, 3])) {
      const serial = mapBackend(new Map(start));
      const store = await ImageStore.open(serial, STOPPED);
      const endings = [];
      for (const at of order) endings[at] = await ended(OPERATIONS[chosen[at]](store));
      explained.add(await outcome(endings, serial));
      store.close();
    }
    if (explained.size > 1) orderMattered++;
    assert.ok(explained.has(found), `seed ${seed}, operations ${chosen}: ${found}`);
    for (const store of stores) store.close();
  }
  t.diagnostic(`the order made a difference in ${orderMattered} of 150`);
  assert.ok(orderMattered > 20);
});

test("hundreds of calls at once on one store", async () => {
  const backend = slow(mapBackend(), randomFrom(9));
  const store = await ImageStore.open(backend);
  const ids = await Promise.all(Array.from({ length: 100 }, (_, at) => store.create(config(`${at}`))));
  const calls = ids.flatMap((id, at) => [
    store.tag(`name:${at}`, id),
    store.lease(id, "user"),
    store.touch(id),
    store.raw(id),
    ended(store.delete(id)),
  ]);
  const endings = await Promise.all(calls);
  assert.equal(store.size, 100);
  assert.equal(store.names().size, 100);
  assert.ok(endings.filter((ending) => ending?.code === "image-in-use").length === 100);
});

test("a store that is freed in the middle of calls ends them, and leaves them done or undone", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const map = await prepared();
    const store = await ImageStore.open(slow(mapBackend(map), random), STOPPED);
    const changes = store.changes();
    const calls = [
      store.create(config("d"), { parent: idOf("b") }),
      store.tag("new", idOf("c")),
      store.verify(),
      store.update(idOf("c"), () => pause()),
      store.reload(),
      store.delete(idOf("b"), { children: "cascade" }),
    ].map(ended);
    for (let turns = random(40); turns > 0; turns--) await Promise.resolve();
    if (random(2)) await pause(random(5));
    const beforeFree = store.list();
    store.free();
    store.free();
    for (const ending of await Promise.all(calls))
      assert.ok(
        "value" in ending || ending.kind === "aborted" || ending.code.startsWith("image-"),
        ending.code,
      );
    for (const late of [store.touch(idOf("a")), store.get(idOf("a")), store.gc()])
      assert.deepEqual(await ended(late), { code: "closed", kind: "aborted" });
    assert.throws(() => store.list(), { kind: "aborted" });
    for await (const _ of changes); // It ends.
    assert.ok(beforeFree.length >= 2);
    // The lock was given back when the last write was through.
    const again = await ImageStore.open(mapBackend(map), STOPPED);
    assert.deepEqual(again.report.problems, []);
    await again.touch(idOf("a"));
    again.close();
  }
});

test("changes are told in their order, and listeners may use the store", async () => {
  const store = await ImageStore.open(mapBackend());
  const waiting = store.changes();
  const seen = [];
  store.addEventListener("change", ({ detail }) => {
    seen.push([detail.type, store.size]);
    if (detail.type === "created") void store.tag("new", detail.id);
  });
  const id = await store.create(config("a"));
  const { value: created } = await waiting.next();
  const { value: tagged } = await waiting.next();
  assert.deepEqual(created, { type: "created", id });
  assert.deepEqual(tagged, { type: "tagged", reference: "docker.io/library/new:latest", id });
  assert.deepEqual(seen, [
    ["created", 1],
    ["tagged", 1],
  ]);
  const controller = new AbortController();
  const second = store.changes(controller.signal);
  const next = second.next();
  controller.abort();
  assert.deepEqual(await next, { value: undefined, done: true });
});

test("layers are asked for by operating system, held, and given back", async () => {
  const layers = (name, known, log) => ({
    async get(chainId) {
      log.push(`${name} get`);
      return known ? { chainId } : undefined;
    },
    release({ chainId }) {
      log.push(`${name} release`);
      return [{ chainId, diffId: chainId, size: 2n ** 60n, ownSize: 5 }];
    },
  });
  const layered = (os, text) =>
    new TextEncoder().encode(
      JSON.stringify({
        os,
        author: text,
        rootfs: { type: "layers", diff_ids: [`sha256:${"1".repeat(64)}`] },
      }),
    );
  const log = [];
  const options = {
    layers: layers("any", true, log),
    layersByOs: { Linux: layers("linux", true, log), windows: layers("windows", false, log) },
  };
  const store = await ImageStore.open(mapBackend(), options);
  const linux = await store.create(layered("LINUX", "a"));
  const other = await store.create(layered("plan9", "b"));
  assert.deepEqual(await ended(store.create(layered("windows", "c"))), {
    code: "layer-missing",
    kind: "not_found",
  });
  assert.deepEqual(log, ["linux get", "any get", "windows get"]);
  const { freed } = await store.delete(linux);
  assert.deepEqual(freed, [
    { chainId: `sha256:${"1".repeat(64)}`, diffId: `sha256:${"1".repeat(64)}`, size: 2n ** 60n, ownSize: 5 },
  ]);
  await store.delete(other);
  assert.deepEqual(log.slice(3), ["linux release", "any release"]);
  const only = await ImageStore.open(mapBackend(), { layersByOs: { linux: layers("linux", true, log) } });
  assert.deepEqual(await ended(only.create(layered("windows", "d"))), {
    code: "image-os",
    kind: "unsupported",
  });
});

/** Answers that no backend should give. */
const trap = () => {
  throw new Error("thrown");
};
const HOSTILE = {
  "a number": () => 7,
  "a text": () => "text",
  "a throw": trap,
  "a rejection": () => Promise.reject(new Error("rejected")),
  "a rejection with nothing": () => Promise.reject(undefined),
  "a rejection with a trap": () =>
    Promise.reject(new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap })),
  "a thenable that throws": () => new Proxy({}, { get: trap }),
  "an object whose members throw": () =>
    new Proxy({}, { get: (_, name) => (name === "then" ? undefined : trap()) }),
  "an endless list of objects": function* () {
    for (;;) yield {};
  },
  "a list of other things": () => [1, null, Symbol("s"), { toString: trap }],
};

test("whatever a backend answers, there is a typed error and the next store works", async () => {
  for (const [what, answer] of Object.entries(HOSTILE)) {
    for (const call of ["list", "get", "put", "delete", "swap", "scan", "lock", "sweep"]) {
      const backend = { ...mapBackend(await prepared()), [call]: answer };
      const attempt = async () => {
        const store = await ImageStore.open(backend);
        await store.create(config("new"), { parent: idOf("a") });
        await store.tag("name:1", idOf("new"));
        await store.delete(idOf("new"));
        store.close();
      };
      const error = await attempt().catch((error) => error);
      if (error !== undefined)
        assert.ok(
          error instanceof LayerglassError && error.code !== "wasm-trap",
          `${call}: ${what}: ${error}`,
        );
    }
    const store = await ImageStore.open(mapBackend());
    assert.equal(await store.create(config("a")), idOf("a"));
  }
});

test("arguments of the wrong kind are refused", async () => {
  const store = await ImageStore.open(mapBackend());
  const id = await store.create(config("a"));
  for (const call of [
    () => ImageStore.open(undefined),
    () => ImageStore.open({}),
    () => ImageStore.open({ ...mapBackend(), sharing: "much" }),
    () => ImageStore.open(mapBackend(), { limits: { noSuchLimit: 1 } }),
    () => ImageStore.open(mapBackend(), { layers: {} }),
    () => store.create("text"),
    () => store.create(config("b"), { parent: "none" }),
    () => store.get("not an id"),
    () => store.tag("UPPER", id),
    () => store.tag({}, id),
    () => store.delete(id, { children: "perhaps" }),
    () => store.lease(id, ""),
    () => store.lease(id, "user", { expires: new Date(Number.NaN) }),
    () => store.update(id, (state) => void state.names.add("UPPER")),
    () => store.update(id, (state) => void Object.assign(state, { lastUpdated: "yesterday" })),
    () => store.update(id, (state) => void Object.assign(state, { metadata: {} })),
    () => store.repair({ actions: [{ type: "explode" }] }),
    async () => store.planRepair([{ kind: "none" }]),
    async () => store.resolve("name", { order: "odd" }),
    async () => store.contains(7),
  ]) {
    const error = await call().catch((error) => error);
    assert.ok(
      error instanceof LayerglassError && error.kind === "invalid",
      `${call}: ${error?.kind} ${error}`,
    );
  }
  assert.deepEqual([store.size, store.namesOf(id)], [1, []]);
});

test("a full storage is told from a broken one", async () => {
  const full = new DOMException("too much", "QuotaExceededError");
  const backend = { ...mapBackend(), put: () => Promise.reject(full) };
  const store = await ImageStore.open(backend);
  const error = await store.create(config("a")).catch((error) => error);
  assert.deepEqual([error.kind, error.code], ["io", "backend-full"]);
  assert.match(error.message, /too much/);
});

test("records of single files are read, changed and written line by line", async () => {
  const line = (id, tags) =>
    `{"id":"${id}","sha256":"${id}","size":1,"path":"/store/${id}","ref":{"uri":"docker.io","tags":${JSON.stringify(tags)},"digests":null}}\n`;
  const bytes = new TextEncoder().encode(`${line("7b01", ["a:1"])}not a record\n${line("7c02", ["b:1"])}`);
  const records = await ImageRecords.read(bytes);
  assert.deepEqual(
    records.problems.map(({ kind }) => kind),
    ["invalid"],
  );
  assert.deepEqual(
    [...records].map(({ id }) => id),
    ["7b01", "7c02"],
  );
  assert.equal(records.find("a:1").id, "7b01");
  assert.throws(() => records.find("7", { order: "ids" }), { kind: "ambiguous" });
  assert.deepEqual(
    records.matching({ prefix: "7c" }).map(({ id }) => id),
    ["7c02"],
  );
  assert.equal(records.matching({ glob: "*" }).length, 2);
  assert.deepEqual([records.borrow("7b01", "one"), records.borrow("7b01", "one")], [true, false]);
  assert.throws(() => records.remove("7b01"), { kind: "in_use" });
  const text = new TextDecoder().decode(records.toBytes());
  assert.match(text, /"users":\["one"\]/);
  assert.match(text, /^not a record$/m);
  assert.equal(records.giveBack("7b01", "one"), true);
  const moved = records.add({ ...records.find("7c02"), id: "7d03", sha256: "7d03" });
  assert.deepEqual([moved.type, moved.moved.length], ["added", 1]);
  assert.equal(records.remove("7b01").path, "/store/7b01");
  assert.throws(() => records.add({}), { kind: "invalid" });
  assert.throws(() => records.find(7), { kind: "invalid" });
  records.free();
  assert.throws(() => [...records], { kind: "aborted" });
});
