/** The conformance suite and the store on every backend that works in Node. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { Digest, ImageStore } from "layerglass";
import { callsBackend, mapBackend, unstorageBackend } from "layerglass/backends";
import { nodeFolderBackend } from "layerglass/folder";
import { testBackend } from "layerglass/testing";
import { createStorage } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import memoryDriver from "unstorage/drivers/memory";
import { scenario } from "./store/scenario.js";
import { config, idOf, records } from "./store/support.js";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-backends-"));
after(() => rm(scratch, { recursive: true, force: true }));
const folder = (name) => mkdtemp(join(scratch, name));

/** A backend whose calls all take their time. */
function slowObject() {
  const map = new Map();
  const soon = (value) => new Promise((resolve) => setTimeout(resolve, 0, value));
  return {
    list: (prefix) => soon([...map.keys()].filter((key) => key.startsWith(prefix))),
    get: (key) => soon(map.get(key) ?? null),
    put: (key, bytes) => soon(void map.set(key, bytes)),
    delete: (key) => soon(void map.delete(key)),
  };
}

/** Docker's older interface, in memory. */
function sevenCalls() {
  const contents = new Map();
  const metadata = new Map();
  return {
    walk: () => contents.keys(),
    get: (digest) => contents.get(digest),
    set: (content) => void contents.set(String(Digest.of(content)), content),
    delete(digest) {
      contents.delete(digest);
      for (const key of metadata.keys()) if (key.startsWith(digest)) metadata.delete(key);
    },
    setMetadata: (digest, key, value) => void metadata.set(`${digest} ${key}`, value),
    getMetadata: async (digest, key) => metadata.get(`${digest} ${key}`),
    deleteMetadata: (digest, key) => void metadata.delete(`${digest} ${key}`),
  };
}

const BACKENDS = {
  "a Map": () => mapBackend(),
  "an object of callbacks": slowObject,
  "the seven calls": () => callsBackend(sevenCalls()),
  "a folder": async () => nodeFolderBackend(await folder("folder-")),
  "unstorage in memory": () => unstorageBackend(createStorage({ driver: memoryDriver() })),
  "unstorage in a folder": async () =>
    unstorageBackend(createStorage({ driver: fsDriver({ base: await folder("unstorage-") }) })),
};

for (const [name, make] of Object.entries(BACKENDS)) {
  test(`conformance: ${name}`, async () => {
    const { checks, failures } = await testBackend(make);
    assert.deepEqual(failures, []);
    assert.ok(checks.length >= 15, `${checks.length} checks`);
  });
  // The seven calls keep contents under their own digest only, so that there is no damage to be put there.
  if (name !== "the seven calls") {
    test(`a store on ${name}`, async () => assert.deepEqual(await scenario(await make()), []));
  }
}

test("a store on the seven calls", async () => {
  const calls = sevenCalls();
  const store = await ImageStore.open(callsBackend(calls));
  await store.create(config("a"));
  await store.create(config("b"), { parent: idOf("a") });
  await store.tag("b", idOf("b"));
  await store.touch(idOf("b"));
  store.close();
  const again = await ImageStore.open(callsBackend(calls));
  assert.deepEqual(again.report.problems, []);
  assert.equal(again.resolve("b"), idOf("b"));
  assert.equal(again.parent(idOf("b")), idOf("a"));
  assert.equal((await again.delete(idOf("a"), { children: "cascade" })).deleted.length, 2);
  assert.deepEqual([again.size, again.names().size], [0, 0]);
});

test("the suite finds what a backend does wrong", async () => {
  const faulty = (change) => () => ({ ...mapBackend(), ...change(new Map()) });
  const names = async (make) => (await testBackend(make)).failures.map(({ name }) => name);
  const forgetful = await names(faulty(() => ({ get: () => undefined })));
  assert.ok(forgetful.includes("a record is read as it was written"), `${forgetful}`);
  const trimming = await names(
    faulty((map) => ({
      get: (key) => map.get(key),
      put: (key, bytes) =>
        void map.set(
          key,
          bytes.filter((byte) => byte !== 0),
        ),
      delete: (key) => void map.delete(key),
      list: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
      scan: undefined,
    })),
  );
  assert.ok(trimming.includes("any bytes"), `${trimming}`);
  const unlocked = await names(faulty(() => ({ lock: () => () => {} })));
  assert.deepEqual(unlocked, ["the lock"]);
});

test("a folder has Docker's layout and modes, and nothing is left over", async () => {
  const root = await folder("modes-");
  const backend = nodeFolderBackend(root);
  const store = await ImageStore.open(backend);
  const id = await store.create(config("a"), { builtLocally: true });
  await store.tag("a", id);
  const digits = id.slice(7);
  const modes = {};
  for (const path of [
    "imagedb",
    "imagedb/content/sha256",
    `imagedb/content/sha256/${digits}`,
    `imagedb/metadata/sha256/${digits}/builtLocally`,
    "repositories.json",
  ])
    modes[path] = ((await stat(join(root, path))).mode & 0o777).toString(8);
  assert.deepEqual(Object.values(modes), ["700", "700", "600", "600", "600"]);
  await store.delete(id);
  const left = await readdir(root, { recursive: true, withFileTypes: true });
  assert.deepEqual(
    left.filter((entry) => entry.isFile()).map(({ name }) => name),
    ["repositories.json"],
  );
});

test("what a killed process was writing is swept", async () => {
  const root = await folder("sweep-");
  await mkdir(join(root, "imagedb/content/sha256"), { recursive: true });
  const names = [".tmp-a.layerglass-1-0", ".tmp-old", ".tmp-young"];
  for (const name of names) await writeFile(join(root, "imagedb/content/sha256", name), "half");
  await utimes(join(root, "imagedb/content/sha256/.tmp-old"), 0, 0);
  const store = await ImageStore.open(nodeFolderBackend(root));
  // A daemon in the same folder may still be writing the third.
  assert.deepEqual(
    store.report.swept,
    names.slice(0, 2).map((name) => `imagedb/content/sha256/${name}`),
  );
  assert.deepEqual(store.report.problems, []);
});

test("the lock of a process that is gone is taken over, that of another one is waited for", async (t) => {
  const root = await folder("lock-");
  const { stdout } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
  await mkdir(join(root, "layerglass"));
  await writeFile(join(root, "layerglass/lock.pid"), `${stdout.trim()} 1 gone\n`);
  const store = await ImageStore.open(nodeFolderBackend(root));
  await store.create(config("a"));
  // The number is that of this process, which started at another time.
  await writeFile(join(root, "layerglass/lock.pid"), `${process.pid} 1 gone\n`);
  if (process.platform === "linux") await store.create(config("b"));
  else {
    t.diagnostic("NOT TESTED: only Linux tells when a process started");
    await rm(join(root, "layerglass/lock.pid"));
  }

  const release = await nodeFolderBackend(root).lock();
  let done = false;
  const creating = store.create(config("c")).then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(done, false);
  release();
  await creating;
  assert.deepEqual(
    (await readdir(join(root, "layerglass"))).filter((name) => name.includes("lock")),
    [],
  );
});

test("processes that tag at once lose nothing", { timeout: 120_000 }, async () => {
  const root = await folder("processes-");
  const first = await ImageStore.open(nodeFolderBackend(root));
  const id = await first.create(config("a"));
  const code = `import { ImageStore } from "layerglass";
    import { nodeFolderBackend } from "layerglass/folder";
    const [root, id, name] = process.argv.slice(-3);
    const store = await ImageStore.open(nodeFolderBackend(root));
    for (let turn = 0; turn < 40; turn++) await store.tag(name + ":" + turn, id);`;
  const run = (name) =>
    promisify(execFile)(process.execPath, ["--input-type=module", "-e", code, "--", root, id, name], {
      cwd: import.meta.dirname,
    });
  await Promise.all(["one", "two", "three"].map(run));
  await first.reload();
  assert.equal(first.namesOf(id).length, 120);
  assert.equal((await records(nodeFolderBackend(root))).length, 2);
});
