import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { openArchive } from "layerglass/archive";
import { extractTar } from "layerglass/transfer";
import { violations } from "./support/axe.js";
import { sha256 } from "./support/image.js";
import { find, IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { downloaded, filesOf, inNode, opened, row } from "./support/saving.js";
import { members } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

test("a layer is saved as it is stored and as a plain tar, byte by byte", async () => {
  const path = `${IMAGES}/quirks.podman.oci.tar`;
  const inspector = await opened(stage, path);
  const { page } = inspector;
  const blobs = members(await readFile(path));
  await inspector.files(2);
  const layer = page.locator("layerglass-layer");
  const stored = await downloaded(
    inspector,
    layer.getByRole("button", { name: /^Save as stored \(gzip\) ?, layer 2$/ }),
  );
  assert.ok(stored.name.endsWith("-layer-2.tar.gz"), stored.name);
  assert.deepEqual(stored.bytes, blobs.get(`blobs/sha256/${sha256(stored.bytes)}`), "the very blob");
  const plain = await downloaded(inspector, layer.getByRole("button", { name: /^Save as tar ?, layer 2$/ }));
  assert.ok(plain.name.endsWith("-layer-2.tar"), plain.name);
  assert.deepEqual(plain.bytes, gunzipSync(stored.bytes));
  const { images } = find(({ name }) => name === "quirks.podman.oci.tar");
  assert.equal(`sha256:${sha256(plain.bytes)}`, images[0]?.layers[1]?.diff_id);
  await inspector.close();
});

test("a layer that is not compressed is saved with one button", async () => {
  const path = `${IMAGES}/quirks.docker28.tar`;
  const inspector = await opened(stage, path);
  await inspector.files(1);
  const { page } = inspector;
  const saved = await downloaded(
    inspector,
    page.locator("layerglass-layer").getByRole("button", { name: /^Save ?, layer 1$/ }),
  );
  assert.equal(saved.name, "quirks-1-layer-1.tar");
  assert.deepEqual(saved.bytes, members(await readFile(path)).get(`blobs/sha256/${sha256(saved.bytes)}`));
  assert.equal(
    await page.locator("layerglass-layer").getByRole("button", { name: "Save as tar" }).count(),
    0,
  );
  await inspector.close();
});

test("a file is saved, as the chosen layers leave it", async () => {
  const path = `${IMAGES}/quirks.docker28.tar`;
  const inspector = await opened(stage, path);
  const [below, above] = [await filesOf(path, 0), await filesOf(path, 1)];
  const save = async () => {
    const entry = await row(inspector, "q/dir/replaced");
    return downloaded(inspector, entry.getByRole("button", { name: /^Save file/ }));
  };
  assert.notDeepEqual(below.get("q/dir/replaced"), above.get("q/dir/replaced"));
  await inspector.files(1);
  const first = await save();
  assert.deepEqual([first.name, first.bytes], ["replaced", below.get("q/dir/replaced")]);
  await inspector.files("all");
  assert.deepEqual((await save()).bytes, above.get("q/dir/replaced"));
  await inspector.close();
});

test("a deleted file and every version of a file can be had", async () => {
  const path = `${IMAGES}/quirks.docker28.tar`;
  const inspector = await opened(stage, path);
  const { page } = inspector;
  const [below, above] = [await filesOf(path, 0), await filesOf(path, 1)];
  await inspector.files(2);
  // Struck out in the list: layer 2 removes it.
  let entry = await row(inspector, "q/gone/file");
  const deleted = await downloaded(inspector, entry.getByRole("button", { name: /^Save file/ }));
  assert.deepEqual(deleted.bytes, below.get("q/gone/file"));
  entry = await row(inspector, "q/dir/replaced");
  await entry.getByRole("button", { name: "All versions" }).click();
  const versions = entry
    .getByRole("list", { name: "Versions, the lowest layer first" })
    .getByRole("listitem");
  await versions.first().waitFor();
  assert.equal(await versions.count(), 2);
  assert.match(await versions.nth(0).innerText(), /layer 1\s+added/);
  assert.match(await versions.nth(1).innerText(), /layer 2\s+modified/);
  for (const [at, files] of [below, above].entries()) {
    const saved = await downloaded(inspector, versions.nth(at).getByRole("button", { name: /^Save/ }));
    assert.deepEqual(saved.bytes, files.get("q/dir/replaced"), `version ${at + 1}`);
  }
  assert.deepEqual(await violations(page), []);
  await inspector.close();
});

test("a folder and the merged root are saved as tars, with the bytes that Node makes", async () => {
  const { path, images } = find(({ name }) => name === "quirks.docker28.tar");
  const inspector = await opened(stage, path);
  const { page } = inspector;
  await inspector.files("all");
  const root = await downloaded(
    inspector,
    page.locator("layerglass-files").getByRole("button", { name: "Save as tar" }),
  );
  assert.equal(root.name, "quirks-1-root.tar");
  const last = (images[0]?.layers.length ?? 0) - 1;
  assert.deepEqual(root.bytes, await inNode(path, (archive) => extractTar(archive, 0, { to: last })));
  // What was saved has the entries that were recorded of the image's file system.
  const again = await openArchive(root.bytes);
  await again.scan();
  assert.equal(again.data.layers[0]?.scan?.entries, images[0]?.rootfs?.entries);
  again.close();
  const entry = await row(inspector, "q/dir");
  const folder = await downloaded(inspector, entry.getByRole("button", { name: /^Save folder as tar/ }));
  assert.equal(folder.name, "dir.tar");
  assert.deepEqual(
    folder.bytes,
    await inNode(path, (archive) => extractTar(archive, 0, { to: last, path: "q/dir" })),
  );
  assert.ok(members(folder.bytes).has("q/dir/replaced"));
  // Up to the first layer, and a folder that the second removes.
  await inspector.files(2);
  const gone = await downloaded(
    inspector,
    (await row(inspector, "q/gone")).getByRole("button", { name: /^Save folder as tar/ }),
  );
  assert.ok(members(gone.bytes).has("q/gone/file"));
  await page.getByRole("button", { name: "Everything up to it" }).click();
  const upTo = await downloaded(
    inspector,
    page.locator("layerglass-files").getByRole("button", { name: "Save as tar", exact: true }),
  );
  assert.deepEqual(upTo.bytes, await inNode(path, (archive) => extractTar(archive, 0, { to: 1 })));
  await inspector.close();
});
