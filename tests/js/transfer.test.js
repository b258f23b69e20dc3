/** Images out of archives and into others, in Node. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { openArchive } from "layerglass/archive";
import { convert } from "layerglass/transfer";
import { bytesOf, essence } from "./support/essence.js";
import { FILES, pathOf } from "./support/folder.js";

const images = FILES.filter(([, { images }]) => images.length > 0).map(([name]) => name);

const sha256 = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const WAYS = [
  { format: "docker" },
  { format: "docker-oci" },
  { format: "docker-oci", compression: "gzip" },
  { format: "oci" },
  { format: "oci", compression: "none" },
  { format: "oci", compression: "gzip", level: 1 },
  { format: "oci", compression: "zstd" },
];

for (const name of images) {
  test(`${name} as every dialect`, { timeout: 300_000 }, async () => {
    const archive = await openArchive(pathOf(name));
    await archive.scan();
    const before = essence(archive.data);
    for (const way of WAYS) {
      const what = `${name} as ${JSON.stringify(way)}`;
      const { stream, report } = convert(archive, way);
      const bytes = await bytesOf(stream);
      const { images, layers } = await report;
      assert.ok(layers.length > 0, what);
      assert.ok(images.length >= before.length, what);
      const again = await openArchive(bytes);
      await again.scan();
      for (const layer of again.data.layers) assert.equal(layer.state, "scanned", `${what}: ${layer.path}`);
      const kinds = { docker: "docker-archive", "docker-oci": "docker-archive-oci", oci: "oci-layout" };
      assert.equal(again.data.kind, kinds[way.format], what);
      assert.deepEqual(essence(again.data), before, what);
      const bad = [...again.data.images, ...again.data.layers, ...again.data.blobs].filter(
        ({ check }) => check.state === "mismatch",
      );
      assert.deepEqual(bad, [], what);
      assert.equal(sha256(await bytesOf(convert(archive, way).stream)), sha256(bytes), `${what}, twice`);
      const compressions = new Set(again.data.layers.map(({ compression }) => compression));
      if (way.compression) assert.deepEqual([...compressions], [way.compression], what);
      again.close();
    }
    archive.close();
  });
}
