/** Images made anew, in Node. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { openArchive } from "layerglass/archive";
import { extractTar, repack } from "layerglass/transfer";
import { bytesOf } from "./support/essence.js";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const images = FILES.filter(([, { images }]) => images.length > 0).map(([name]) => name);

const LAYERS = [
  tarOf({ "etc/": "", "etc/motd": "first\n", "etc/gone": "x".repeat(100_000), "a.pyc": "cache" }),
  tarOf({ "etc/motd": "second\n", "etc/.wh.gone": "" }),
  tarOf({ "b.pyc": "cache" }),
];

/** What a new image holds. */
async function contents(bytes) {
  const archive = await openArchive(bytes, { contents: "sha256" });
  const data = await archive.scan();
  const tree = await archive.tree(0);
  await tree.expandAll(100_000);
  const rows = await tree.page(0, tree.length);
  tree.close();
  archive.close();
  return { data, rows, paths: rows.map(({ path }) => path) };
}

test("layers made one, files left out, empty layers gone", async () => {
  const archive = await openArchive(await dockerArchive(LAYERS.map((layer) => gzipSync(layer))));
  for (const format of ["docker", "docker-oci", "oci"]) {
    const options = { format, squash: [[0, 1]], drop: ["*.pyc"], dropEmpty: true, names: ["new:1"] };
    const { stream, report } = repack(archive, 0, options);
    const bytes = await bytesOf(stream);
    const { id, idBefore, layers, dropped, tarBefore, tarAfter, storedBefore, storedAfter } = await report;
    assert.deepEqual(
      layers.map(({ start, end, diffId }) => [start, end, diffId !== undefined]),
      [
        [0, 2, true],
        [2, 3, false],
      ],
    );
    assert.equal(dropped, 2);
    assert.ok(tarAfter < tarBefore && storedAfter > 0 && storedBefore > 0);
    const { data, paths } = await contents(bytes);
    const [image] = data.images;
    assert.deepEqual([image.id, image.names, image.layers.length], [id, ["docker.io/library/new:1"], 1]);
    assert.notEqual(id, idBefore);
    assert.deepEqual(paths, ["etc", "etc/motd"]);
    assert.equal(data.layers[0].compression, format === "docker" ? "none" : "gzip");
    assert.equal(sha256(await bytesOf(repack(archive, 0, options).stream)), sha256(bytes), format);
  }
  archive.close();
});

test("times and owners made alike", async () => {
  const archive = await openArchive(pathOf("quirks.docker28.tar"));
  const time = new Date(1_000_000_000_000);
  const bytes = await bytesOf(
    repack(archive, 0, { format: "oci", time, owner: { uid: 7, gid: 8 }, compression: "zstd" }).stream,
  );
  const { data, rows } = await contents(bytes);
  assert.equal(new Date(data.images[0].created).getTime(), time.getTime());
  for (const { uid, gid, mtime, implied, path } of rows.filter(({ implied, id }) => !implied && id !== 0))
    assert.deepEqual([uid, gid, mtime], [7, 8, time.getTime() / 1000], `${path} ${implied}`);
  archive.close();
});

for (const name of images) {
  test(`${name}: all layers in one have the same root file system`, { timeout: 120_000 }, async () => {
    const archive = await openArchive(pathOf(name));
    const image = archive.data.images.find(
      ({ role, presence }) => role === "image" && presence === "complete",
    ).index;
    const { stream, report } = repack(archive, image, { format: "oci", squash: "all" });
    const again = await openArchive(await bytesOf(stream));
    const { id, layers } = await report;
    assert.equal(again.data.images[0].id, id);
    assert.equal(layers.length, 1);
    assert.equal(
      sha256(await bytesOf(extractTar(again, 0).stream)),
      sha256(await bytesOf(extractTar(archive, image).stream)),
    );
    again.close();
    archive.close();
  });
}

test("what cannot be asked for", async () => {
  const archive = await openArchive(await dockerArchive(LAYERS));
  const fails = (options, expected) =>
    assert.rejects(bytesOf(repack(archive, 0, { format: "oci", ...options }).stream), expected);
  await fails({ squash: [[0, 9]] }, { kind: "not_found" });
  await fails({ squash: [[2, 1]] }, { kind: "not_found" });
  await fails({ drop: ["[a"] }, { kind: "invalid" });
  await fails({ time: new Date(Number.NaN) }, { kind: "invalid" });
  await fails({ owner: { uid: -1, gid: 0 } }, { kind: "invalid" });
  await fails({ names: ["Not A Name"] }, { kind: "invalid" });
  await fails({ format: "docker", compression: "zstd" }, { kind: "unsupported" });
  await fails({ format: "dir" }, { kind: "invalid" });
  archive.close();
});
