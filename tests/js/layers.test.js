/** Storages of layers that work in Node: the suite, and what it cannot see from inside. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { folderLayers } from "layerglass/folder";
import { testLayers } from "layerglass/testing";
import { memoryLayers } from "layerglass/transfer";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-layers-"));
after(() => rm(scratch, { recursive: true, force: true }));
const folder = () => mkdtemp(join(scratch, "layers-"));

const A = `sha256:${"a".repeat(64)}`;
const facts = (size) => ({ chainId: A, diffId: A, digest: A, size, tarSize: size, compression: "none" });

for (const [name, make] of Object.entries({
  "in memory": () => memoryLayers(),
  "in a folder": async () => folderLayers(join(await folder(), "made", "when needed")),
})) {
  test(`conformance: layers ${name}`, async () => {
    const { checks, failures } = await testLayers(make);
    assert.deepEqual(failures, []);
    assert.ok(checks.length >= 12, `${checks.length} checks`);
  });
}

test("the suite finds what is wrong", async () => {
  const forgetful = () => ({ ...wrap(memoryLayers()), release: async () => [] });
  const { failures } = await testLayers(forgetful);
  assert.deepEqual(
    failures.map(({ name }) => name),
    [
      "references are counted",
      "a reference that is dropped frees nothing",
      "pruning frees what nothing refers to",
    ],
  );
});

function wrap(layers) {
  const calls = ["find", "open", "begin", "delete", "list", "sweep", "prune", "get", "release", "drop"];
  return Object.fromEntries(calls.map((call) => [call, (...values) => layers[call](...values)]));
}

async function write(layers, bytes) {
  const writer = await layers.begin();
  await writer.write(bytes);
  await writer.commit(facts(bytes.length));
}

test("a layer outlives the process's storage, and one that was cut off is none", async () => {
  const at = await folder();
  await write(folderLayers(at), new Uint8Array([1, 2, 3]));
  assert.equal((await folderLayers(at).find(A)).size, 3);
  await truncate(join(at, `${A.replace(":", "-")}.layer`), 2);
  assert.equal(await folderLayers(at).find(A), undefined);
  assert.equal(await folderLayers(at).open(A), undefined);
  assert.deepEqual(await folderLayers(at).list(), []);
  // Written again it is whole.
  await write(folderLayers(at), new Uint8Array([4, 5, 6]));
  assert.equal((await folderLayers(at).find(A)).size, 3);
});

test("documents that are none, and names that are none", async () => {
  const at = await folder();
  const name = A.replace(":", "-");
  await writeFile(join(at, `${name}.layer`), "123");
  const good = facts(3);
  for (const bad of [
    "",
    "null",
    "[]",
    "7",
    "{",
    "\xff",
    JSON.stringify({ ...good, size: -1 }),
    JSON.stringify({ ...good, size: 2 ** 60 }),
    JSON.stringify({ ...good, compression: "rar" }),
    JSON.stringify({ ...good, parent: A }),
    JSON.stringify({ ...good, parent: "../.." }),
    JSON.stringify({ ...good, chainId: `sha256:${"b".repeat(64)}` }),
    JSON.stringify({ ...good, mediaType: "x".repeat(70_000) }),
  ]) {
    await writeFile(join(at, `${name}.json`), bad, "latin1");
    assert.equal(await folderLayers(at).find(A), undefined, bad.slice(0, 100));
  }
  for (const chainId of ["", "sha256:../../x", `${A}/..`, "SHA256:00", undefined, 7]) {
    await assert.rejects(folderLayers(at).find(chainId), { kind: "invalid", code: "argument" });
    await assert.rejects(folderLayers(at).delete(chainId), { kind: "invalid", code: "argument" });
  }
});

test("what a killed process was writing is swept", async () => {
  const at = await folder();
  const code = `import { folderLayers } from "layerglass/folder";
    const layers = folderLayers(process.argv[1]);
    await layers.lock();
    const writer = await layers.begin();
    await writer.write(new Uint8Array(100_000));
    process.kill(process.pid, "SIGKILL");`;
  const killed = promisify(execFile)(process.execPath, ["--input-type=module", "-e", code, "--", at], {
    cwd: import.meta.dirname,
  });
  await assert.rejects(killed, { signal: "SIGKILL" });
  const left = (await readdir(at)).filter((name) => name.startsWith(".tmp-"));
  assert.equal(left.length, 1);
  const layers = folderLayers(at);
  assert.deepEqual(await layers.list(), []);
  // The lock of a process that is gone is taken over.
  const release = await layers.lock();
  assert.deepEqual(await layers.sweep(), left);
  await release();
  assert.deepEqual(await readdir(at), []);
});

test("bytes without a document are swept, and a folder that cannot be written is told", async () => {
  const at = await folder();
  await writeFile(join(at, `${A.replace(":", "-")}.layer`), "123");
  assert.deepEqual(await folderLayers(at).sweep(), [`${A.replace(":", "-")}.layer`]);
  // A file stands where the folder should be.
  await writeFile(join(at, "file"), "");
  await assert.rejects(folderLayers(join(at, "file")).begin(), { kind: "io", code: "storage-failed" });
  await mkdir(join(at, `${A.replace(":", "-")}.json`));
  await assert.rejects(folderLayers(at).find(A), { kind: "io", code: "storage-failed" });
});
