/** Images from archives into stores and back, in Node. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ImageStore } from "layerglass";
import { openArchive } from "layerglass/archive";
import { mapBackend } from "layerglass/backends";
import { folderLayers, nodeFolderBackend } from "layerglass/folder";
import { collectLayers, convert, load, memoryLayers, save } from "layerglass/transfer";
import { bytesOf, diffIdsOf, essence } from "./support/essence.js";
import { failing, recording } from "./support/failing-layers.js";
import { FILES, pathOf } from "./support/folder.js";
import { largeImage } from "./support/large-image.js";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-transfer-"));
after(() => rm(scratch, { recursive: true, force: true }));
const folder = () => mkdtemp(join(scratch, "store-"));

const images = FILES.filter(([, { images }]) => images.length > 0).map(([name]) => name);
const small = "quirks.docker28.tar";

const PLACES = {
  memory: async () => ({ backend: mapBackend(), layers: memoryLayers() }),
  "a folder": async () => {
    const at = await folder();
    return { backend: nodeFolderBackend(join(at, "store")), layers: folderLayers(join(at, "layers")) };
  },
};

const sha256 = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

for (const name of images) {
  test(`${name} into stores and out again`, { timeout: 300_000 }, async () => {
    for (const [place, make] of Object.entries(PLACES)) {
      // Folders sync each file, which takes its time: some images will do.
      if (place !== "memory" && !name.startsWith("quirks.docker2") && !name.startsWith("multiarch")) continue;
      const { backend, layers } = await make();
      const store = await ImageStore.open(backend, { layers });
      const archive = await openArchive(pathOf(name));
      const report = await load(archive, store);
      assert.ok(report.images.length > 0, place);
      assert.deepEqual(report.failed, []);
      assert.ok(report.images.every(({ isNew }) => isNew));
      const wanted = [...new Set(report.images.map(({ id }) => id))];
      assert.deepEqual(
        [...store.names().values()].every((id) => wanted.includes(id)),
        true,
      );

      // A second time there is nothing to be read.
      const again = await load(archive, store);
      assert.ok(again.images.every(({ isNew }) => !isNew));
      if (again.images.every(({ image }) => archive.data.images[image].id !== undefined))
        assert.ok(again.layers.every(({ isKnown }) => isKnown));

      // Opened anew everything is there and whole.
      store.close();
      const opened = await ImageStore.open(backend, { layers });
      assert.deepEqual(opened.report.problems, []);
      assert.deepEqual((await opened.verify()).problems, []);
      assert.equal(opened.size, wanted.length);

      const names = [...opened.names().keys()];
      for (const way of [
        { format: "docker" },
        { format: "docker-oci" },
        { format: "oci" },
        { format: "oci", compression: "zstd" },
      ]) {
        const what = `${name} in ${place} as ${JSON.stringify(way)}`;
        const bytes = await bytesOf(save(opened, names.length > 0 ? names : wanted, way).stream);
        const saved = await openArchive(bytes);
        await saved.scan();
        assert.ok(
          saved.data.layers.every(({ state }) => state === "scanned"),
          what,
        );
        const found = essence(saved.data);
        const expected = names.length > 0 ? new Set(opened.names().values()) : new Set(wanted);
        assert.deepEqual(new Set(found.map(({ id }) => id)), expected, what);
        assert.deepEqual(found.flatMap(({ names }) => names).sort(), names.sort(), what);
        for (const { id, diffIds } of found) assert.deepEqual(diffIds, await diffIdsOf(opened, id), what);
        if (way.compression) {
          const second = await bytesOf(save(opened, names.length > 0 ? names : wanted, way).stream);
          assert.equal(sha256(second), sha256(bytes), what);
        }
        saved.close();
      }

      // Without images nothing is left.
      for (const id of wanted) if (opened.contains(id)) await opened.delete(id, { children: "cascade" });
      assert.deepEqual(await layers.list(), []);
      opened.close();
      archive.close();
    }
  });
}

test("names move and are told, stay, or are refused", async () => {
  const layers = memoryLayers();
  const store = await ImageStore.open(mapBackend(), { layers });
  const other = await store.create(new TextEncoder().encode('{"os":"linux","rootfs":{"type":"layers"}}'));
  await store.tag("quirks:1", other);
  const archive = await openArchive(pathOf(small));
  await assert.rejects(load(archive, store, { names: "refuse" }), { kind: "conflict" });
  assert.equal(store.size, 1);
  assert.deepEqual(await layers.list(), []);
  const kept = await load(archive, store, { names: "keep" });
  assert.deepEqual(kept.kept, [{ reference: "docker.io/library/quirks:1", id: other }]);
  assert.equal(store.resolve("quirks:1"), other);
  const moved = await load(archive, store);
  assert.deepEqual(moved.names, [
    { type: "tagged", reference: "docker.io/library/quirks:1", id: moved.images[0].id, movedFrom: other },
  ]);
  const none = await load(archive, store, { names: "none" });
  assert.deepEqual(none.names, []);
  archive.close();
  store.close();
});

test("a storage that is full, at whatever write: nothing is to be seen, and the entry is named", async () => {
  const archive = await openArchive(pathOf(small));
  const entries = archive.data.layers.map(({ path }) => path);
  const probe = recording(memoryLayers());
  const store = await ImageStore.open(mapBackend(), { layers: probe.layers });
  await load(archive, store);
  assert.ok(probe.calls() > entries.length * 2, `${probe.calls()} calls`);
  for (let at = 0; at < probe.calls(); at++) {
    const inner = memoryLayers();
    const backend = mapBackend();
    const target = await ImageStore.open(backend, { layers: failing(inner, at) });
    await assert.rejects(load(archive, target), (error) => {
      assert.deepEqual([error.name, error.kind, error.code], ["LayerglassError", "io", "storage-full"]);
      assert.ok(entries.includes(error.path), `${at}: ${error.path}`);
      return true;
    });
    assert.deepEqual([target.size, [...target.names()], await inner.list()], [0, [], []], `${at}`);
    target.close();
    // What failed can be done again.
    const healthy = await ImageStore.open(backend, { layers: inner });
    assert.equal((await load(archive, healthy)).images.length, 1);
    healthy.close();
  }
  store.close();
  archive.close();
});

test("each image by itself, whatever write fails: those that are in are whole", {
  timeout: 120_000,
}, async () => {
  const archive = await openArchive(pathOf("shared.docker20.tar"));
  const count = archive.data.images.length;
  assert.ok(count > 1);
  const probe = recording(memoryLayers());
  const whole = await ImageStore.open(mapBackend(), { layers: probe.layers });
  await load(archive, whole);
  whole.close();
  let partial = 0;
  for (let at = 0; at < probe.calls(); at++) {
    const inner = memoryLayers();
    const store = await ImageStore.open(mapBackend(), { layers: failing(inner, at) });
    const { images, failed } = await load(archive, store, { unit: "image" });
    assert.ok(failed.length > 0);
    assert.ok(
      failed.every(({ image, error }) => image < count && error.code === "storage-full" && error.path),
    );
    assert.equal(new Set(images.map(({ id }) => id)).size, store.size);
    assert.deepEqual((await store.verify()).problems, []);
    if (store.size > 0) partial++;
    for (const id of [...images].map(({ id }) => id))
      if (store.contains(id)) await store.delete(id, { children: "orphan" });
    assert.deepEqual(await inner.list(), [], `${at}`);
    store.close();
  }
  assert.ok(partial > 0, "some images came in beside others that failed");
  archive.close();
});

test("the oldest dialect, whose images get their ids when they are loaded", async () => {
  const archive = await openArchive(pathOf("legacy-v1.tar"));
  const layers = memoryLayers();
  const store = await ImageStore.open(mapBackend(), { layers });
  const { images } = await load(archive, store);
  await archive.scan();
  const ids = new Set(images.map(({ id }) => id));
  for (const { id } of archive.data.images) assert.ok(ids.has(id), id);
  assert.deepEqual((await store.verify()).problems, []);
  const saved = await openArchive(
    await bytesOf(save(store, store.names().keys(), { format: "docker" }).stream),
  );
  assert.deepEqual(
    essence(saved.data).map(({ id }) => id),
    essence(archive.data).map(({ id }) => id),
  );
  for (const one of [saved, archive, store]) one.close();
});

test("a backend that is full at the commit: nothing is to be seen", async () => {
  const archive = await openArchive(pathOf(small));
  const layers = memoryLayers();
  const map = mapBackend();
  const full = () => Object.assign(new Error("no space left"), { code: "ENOSPC" });
  let isFull = false;
  const backend = {
    ...map,
    put: (key, bytes) => {
      if (isFull) throw full();
      return map.put(key, bytes);
    },
  };
  const store = await ImageStore.open(backend, { layers });
  isFull = true;
  await assert.rejects(load(archive, store), { kind: "io" });
  isFull = false;
  assert.equal(store.size, 0);
  assert.deepEqual([...store.names()], []);
  assert.deepEqual(await layers.list(), []);
  await load(archive, store);
  assert.equal(store.size, 1);
  store.close();
  archive.close();
});

test("ended in the middle, by the caller or with the archive: nothing is to be seen", async () => {
  const large = largeImage({ layers: 3, files: 100, bytesPerFile: 64 << 10 });
  for (const how of ["signal", "archive", "signal at once"]) {
    const at = await folder();
    const layers = folderLayers(at);
    const store = await ImageStore.open(mapBackend(), { layers });
    const archive = await openArchive(large);
    const controller = new AbortController();
    if (how === "signal at once") controller.abort("enough");
    const onProgress = () => (how === "signal" ? controller.abort("enough") : archive.close());
    const error = await load(archive, store, { signal: controller.signal, onProgress }).then(
      () => assert.fail("it was loaded"),
      (error) => error,
    );
    assert.equal(error.kind, "aborted", how);
    assert.equal(store.size, 0);
    assert.deepEqual(await layers.list(), []);
    assert.deepEqual(
      (await readdir(at)).filter((name) => name !== "lock.pid"),
      [],
      how,
    );
    archive.close();
    store.close();
  }
});

test("layers that a process had loaded when it ended are collected", async () => {
  const layers = memoryLayers();
  const backend = mapBackend();
  const archive = await openArchive(pathOf(small));
  // As if it had ended before its commit.
  const refusing = { ...backend, put: () => Promise.reject(new Error("ended")) };
  const holding = Object.assign(Object.create(layers), {
    lock: undefined,
    release: async () => [],
    ...Object.fromEntries(
      ["find", "open", "begin", "delete", "list", "sweep", "prune"].map((call) => [
        call,
        (...values) => layers[call](...values),
      ]),
    ),
    get: (chainId) => layers.find(chainId),
  });
  const ended = await ImageStore.open(refusing, { layers: holding });
  await assert.rejects(load(archive, ended));
  ended.close();
  assert.equal((await layers.list()).length, archive.data.images[0].layers.length);
  const store = await ImageStore.open(backend, { layers });
  assert.equal((await collectLayers(store)).length, archive.data.images[0].layers.length);
  await load(archive, store);
  assert.deepEqual(await collectLayers(store), []);
  assert.deepEqual((await store.verify()).problems, []);
  store.close();
  archive.close();
});

test("a store without a storage of layers, and images that are not there", async () => {
  const archive = await openArchive(pathOf(small));
  const store = await ImageStore.open(mapBackend());
  await assert.rejects(load(archive, store), { kind: "invalid", code: "no-layers" });
  assert.throws(() => save(store, ["a"], { format: "oci" }), { kind: "invalid", code: "no-layers" });
  const other = await ImageStore.open(mapBackend(), { layers: memoryLayers() });
  await assert.rejects(bytesOf(save(other, ["absent:1"], { format: "oci" }).stream), { kind: "not_found" });
  await assert.rejects(bytesOf(save(other, [], { format: "oci" }).stream), { kind: "invalid" });
  await assert.rejects(load(archive, other, { images: [7] }), { kind: "not_found", code: "no-image" });
  await assert.rejects(load(archive, other, { unit: "some" }), { kind: "invalid", code: "argument" });
  for (const one of [store, other, archive]) one.close();
});

test("what is converted and what is loaded and saved have the same layers", async () => {
  const archive = await openArchive(pathOf(small));
  const store = await ImageStore.open(mapBackend(), { layers: memoryLayers() });
  await load(archive, store);
  const [one, other] = await Promise.all([
    convert(archive, { format: "docker" }),
    save(store, ["quirks:1"], { format: "docker" }),
  ]);
  assert.equal(sha256(await bytesOf(one.stream)), sha256(await bytesOf(other.stream)));
  store.close();
  archive.close();
});
