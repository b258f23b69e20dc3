/** What happens when work is ended, workers die, or an archive is closed under it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { openArchive } from "layerglass/archive";
import { FILES, pathOf } from "./support/folder.js";
import { largeImage } from "./support/large-image.js";

setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc");

const [small] = FILES.find(([name, entry]) => name.endsWith(".tar") && entry.images.length > 0);
const path = pathOf(small);
const large = largeImage({ layers: 4, files: 200, bytesPerFile: 64 << 10 });

/** The package's own worker, after a module that breaks something in it. */
const sabotaged = (what) => (role) =>
  new Worker(new URL("./support/sabotage.js", import.meta.url), { workerData: { what, role } });
const healthy = () => new Worker(new URL(import.meta.resolve("layerglass/worker")));

test("an aborted scan rejects at once, and the layers can be scanned afterwards", async () => {
  const archive = await openArchive(large, { workers: 2 });
  const controller = new AbortController();
  const scan = archive.scan({ signal: controller.signal, onProgress: () => controller.abort("enough") });
  const error = await scan.then(
    () => assert.fail("not aborted"),
    (error) => error,
  );
  assert.deepEqual(
    [error.name, error.kind, error.code, error.cause],
    ["LayerglassError", "aborted", "aborted", "enough"],
  );
  const data = await archive.scan();
  assert.ok(data.layers.every(({ state }) => state === "scanned"));
  assert.equal(data.layers.length, 4);
  archive.close();
});

test("a hundred aborted scans leave memory level", async () => {
  const archive = await openArchive(large, { workers: 2 });
  const use = async () => {
    const { session, scanners } = await archive.memory();
    return { session, scanner: Math.max(0, ...scanners), count: scanners.length };
  };
  const abortOne = async (turn) => {
    const controller = new AbortController();
    const scan = archive.scan({ layers: [turn % 4], signal: controller.signal });
    setTimeout(turn % 7).then(() => controller.abort());
    await scan.catch((error) => assert.equal(error.kind, "aborted"));
    // A layer that was finished in time is not scanned again: ask for the other hash.
    const again = new AbortController();
    const second = archive.scan({ layers: [turn % 4], contents: "sha256", signal: again.signal });
    setTimeout(1).then(() => again.abort());
    await second.catch((error) => assert.equal(error.kind, "aborted"));
  };
  for (let turn = 0; turn < 20; turn++) await abortOne(turn);
  const before = await use();
  for (let turn = 0; turn < 100; turn++) await abortOne(turn);
  const afterwards = await use();
  const slack = 4 << 20;
  assert.ok(afterwards.count <= 2, `${afterwards.count} workers`);
  assert.ok(
    afterwards.session <= before.session + slack,
    `session: ${before.session}, then ${afterwards.session}`,
  );
  assert.ok(
    afterwards.scanner <= before.scanner + slack,
    `scanner: ${before.scanner}, then ${afterwards.scanner}`,
  );
  archive.close();
});

test("opening can be aborted: before, during, and while a stream gives nothing", async () => {
  await assert.rejects(openArchive(path, { signal: AbortSignal.abort() }), {
    kind: "aborted",
    code: "aborted",
  });
  const stuck = new ReadableStream({ pull: () => new Promise(() => {}) });
  // The timer of `AbortSignal.timeout` does not keep Node running, and neither does a stream that gives nothing.
  const patience = new AbortController();
  setTimeout(50).then(() => patience.abort());
  await assert.rejects(openArchive(stuck, { signal: patience.signal }), { kind: "aborted", code: "aborted" });
  let cancelled;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)),
    cancel: (reason) => {
      cancelled = reason;
    },
  });
  const controller = new AbortController();
  const opening = openArchive(endless, { signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(opening, { kind: "aborted" });
  assert.ok(cancelled, "the stream was not told");
});

test("a stream is read no faster than it is worked on, and can be given up then", async () => {
  let given = 0;
  let stopped = false;
  const controller = new AbortController();
  const chunks = async function* () {
    try {
      for (; given < 100 << 20; given += 64 << 10) yield new Uint8Array(64 << 10);
    } finally {
      stopped = true;
    }
  };
  const opening = openArchive(chunks(), { signal: controller.signal, createWorker: sabotaged("block") });
  const outcome = opening.catch((error) => error);
  await setTimeout(1000);
  assert.ok(given > 0 && given < 8 << 20, `${given} bytes were read while none was taken in`);
  controller.abort();
  assert.equal((await outcome).kind, "aborted");
  await setTimeout(50);
  assert.ok(stopped, "the stream was not told");
});

test("a worker that dies under a stream that gives nothing ends the opening", async () => {
  const stuck = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(10)),
    pull: () => new Promise(() => {}),
  });
  const createWorker = sabotaged("ArchivePass.push");
  await assert.rejects(openArchive(stuck, { createWorker }), { kind: "io", code: "worker-died" });
});

test("making a tree can be aborted", async () => {
  const archive = await openArchive(large);
  await archive.scan();
  await assert.rejects(archive.tree(0, { signal: AbortSignal.abort() }), { kind: "aborted" });
  const controller = new AbortController();
  const making = archive.tree(0, { signal: controller.signal });
  setTimeout(1).then(() => controller.abort());
  await making.catch((error) => assert.equal(error.code, "aborted"));
  assert.ok((await archive.tree(0)).length > 0);
  archive.close();
});

test("a tree keeps its archive alive", async () => {
  const open = async () => {
    const archive = await openArchive(path);
    await archive.scan();
    return archive.tree(0);
  };
  const tree = await open();
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc();
    await setTimeout(10);
  }
  assert.equal((await tree.page(0, 1)).length, 1);
});

test("an archive that nobody refers to lets its workers go", async () => {
  const workers = new Set();
  const createWorker = () => {
    const worker = healthy();
    workers.add(worker);
    worker.once("exit", () => workers.delete(worker));
    return worker;
  };
  await (async () => {
    const archive = await openArchive(path, { createWorker });
    await archive.scan();
  })();
  assert.ok(workers.size > 0);
  for (let turn = 0; turn < 100 && workers.size > 0; turn++) {
    globalThis.gc();
    await setTimeout(20);
  }
  assert.equal(workers.size, 0);
});

for (const what of ["LayerScanner.push", "LayerScanner.finish"]) {
  test(`a trap in ${what} is a typed error, and the next scan works`, async () => {
    let broken = 1;
    const createWorker = (role) => (role === "scan" && broken-- > 0 ? sabotaged(what)(role) : healthy());
    const archive = await openArchive(path, { workers: 2, createWorker });
    await assert.rejects(archive.scan(), { name: "LayerglassError", kind: "io", code: "worker-died" });
    assert.ok(
      archive.data.layers.some(({ state }) => state === "pending"),
      "a layer should be left",
    );
    const data = await archive.scan();
    assert.ok(data.layers.every(({ state }) => state === "scanned"));
    archive.close();
  });
}

test("a worker that exits is a typed error, and the next scan works", async () => {
  let broken = 1;
  const createWorker = (role) => (role === "scan" && broken-- > 0 ? sabotaged("exit")(role) : healthy());
  const archive = await openArchive(path, { workers: 1, createWorker });
  await assert.rejects(archive.scan(), { kind: "io", code: "worker-died" });
  assert.ok((await archive.scan()).layers.every(({ state }) => state === "scanned"));
  archive.close();
});

test("a worker without memory is a typed error that says so", async () => {
  const createWorker = (role) => (role === "scan" ? sabotaged("memory")(role) : healthy());
  const archive = await openArchive(path, { createWorker });
  await assert.rejects(archive.scan(), { kind: "limit", code: "out-of-memory" });
  archive.close();
});

test("when the session worker dies, the archive is opened again and its layers are unscanned", async () => {
  let broken = 1;
  const createWorker = (role) =>
    role === "session" && broken-- > 0 ? sabotaged("ArchiveHandle.tree")(role) : healthy();
  const archive = await openArchive(path, { createWorker });
  await archive.scan();
  await assert.rejects(archive.tree(0), { kind: "io", code: "worker-died" });
  const unscanned = { kind: "not_found", code: "layer-not-scanned" };
  await Promise.all([0, 1, 2].map(() => assert.rejects(archive.tree(0), unscanned)));
  assert.ok(archive.data.layers.every(({ state }) => state === "pending"));
  await archive.scan();
  const tree = await archive.tree(0);
  assert.ok(tree.length > 0);
  archive.close();
});

test("when the session worker of a stream dies, every call says so", async () => {
  const createWorker = (role) => sabotaged("ArchiveHandle.tree")(role);
  const archive = await openArchive(createReadStream(path), { createWorker });
  for (let turn = 0; turn < 2; turn++)
    await assert.rejects(archive.tree(0), { kind: "io", code: "worker-died" });
  archive.close();
});

test("a worker that cannot be started is a typed error", async () => {
  const missing = () => new Worker(new URL("./no-such-module.js", import.meta.url));
  await assert.rejects(openArchive(path, { createWorker: missing }), { kind: "io", code: "worker-died" });
  await assert.rejects(openArchive(path, { createWorker: () => ({}) }), { kind: "invalid", code: "worker" });
});

test("arguments that make no sense are refused before any work", async () => {
  const archive = await openArchive(path);
  for (const work of [
    () => openArchive(path, { contents: "md5" }),
    () => openArchive(path, { limits: { jsonBytes: "many" } }),
    () => archive.scan({ contents: "md5" }),
    () => archive.scan({ layers: [0.5] }),
    () => archive.scan({ image: -1 }),
    () => archive.tree(Number.NaN),
    () => archive.tree(0, { upTo: "1" }),
    () => archive.rawConfig(undefined),
  ]) {
    await assert.rejects(work(), { name: "LayerglassError", kind: "invalid" });
  }
  for (const work of [
    () => archive.scan({ layers: [1000] }),
    () => archive.scan({ image: 1000 }),
    () => archive.tree(1000),
    () => archive.rawManifest(1000),
  ]) {
    await assert.rejects(work(), { name: "LayerglassError", kind: "not_found" });
  }
  assert.ok((await archive.scan()).layers.every(({ state }) => state === "scanned"));
  const tree = await archive.tree(0);
  for (const work of [
    () => tree.page(-1, 1),
    () => tree.page(0, 2 ** 40),
    () => tree.children(1.5, 0, 1),
    () => tree.sort("colour"),
  ]) {
    await assert.rejects(work(), { name: "LayerglassError", kind: "invalid" });
  }
  assert.equal(await tree.row(1e9), undefined);
  assert.equal(await tree.reveal("no/such/path"), -1);
  archive.close();
});

test("closing ends the work that goes on, and all that comes", async () => {
  const archive = await openArchive(large, { workers: 1 });
  const scan = archive.scan();
  setTimeout(5).then(() => archive.close());
  await assert.rejects(scan, { kind: "aborted", code: "closed" });
  for (const work of [
    () => archive.scan(),
    () => archive.tree(0),
    () => archive.rawConfig(0),
    () => archive.memory(),
  ]) {
    await assert.rejects(work(), { kind: "aborted", code: "closed" });
  }
  archive.close();
});

test("a closed tree is gone, the others stay", async () => {
  const archive = await openArchive(path);
  await archive.scan();
  const [one, two] = await Promise.all([archive.tree(0), archive.tree(0)]);
  one.close();
  await assert.rejects(one.page(0, 1), { kind: "aborted", code: "closed" });
  assert.equal((await two.page(0, 1)).length, 1);
  archive[Symbol.dispose]();
  await assert.rejects(two.page(0, 1), { kind: "aborted", code: "closed" });
});

test("trees and archives that are closed give their memory back", async () => {
  const archive = await openArchive(large);
  await archive.scan();
  const turn = async () => {
    const tree = await archive.tree(0);
    await tree.expandAll();
    tree.close();
  };
  for (let turns = 0; turns < 20; turns++) await turn();
  const before = await archive.memory();
  for (let turns = 0; turns < 200; turns++) await turn();
  const afterwards = await archive.memory();
  assert.ok(
    afterwards.session <= before.session + (1 << 20),
    `${before.session}, then ${afterwards.session}`,
  );
  archive.close();
});

test("progress rises, comes at most about ten times a second, and ends complete", async () => {
  const archive = await openArchive(large, { workers: 2 });
  const seen = [];
  const layers = [];
  const start = performance.now();
  await archive.scan({
    onProgress: (progress) => seen.push(progress),
    onLayer: (layer) => layers.push(layer),
  });
  const seconds = (performance.now() - start) / 1000;
  const stored = archive.data.layers.reduce((sum, { storedSize }) => sum + storedSize, 0);
  assert.deepEqual([seen.at(-1).bytes, seen.at(-1).total], [stored, stored]);
  for (const [at, progress] of seen.entries()) {
    assert.equal(progress.phase, "scan");
    assert.ok(at === 0 || progress.bytes >= seen[at - 1].bytes);
  }
  assert.ok(seen.length <= 3 + seconds * 11, `${seen.length} calls in ${seconds} s`);
  assert.deepEqual(
    layers.map(({ index, state }) => [index, state]).sort(),
    [0, 1, 2, 3].map((index) => [index, "scanned"]),
  );
  archive.close();
});

test("an open archive does not keep the process alive, work does", async () => {
  const script = fileURLToPath(new URL("./support/leave-open.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, path], { timeout: 60_000 });
  assert.equal(stdout.trim(), "scanned");
});
