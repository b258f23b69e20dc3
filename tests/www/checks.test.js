import assert from "node:assert/strict";
import { openSync, readSync } from "node:fs";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { verification } from "layerglass/inspect";
import { dockerArchive, layoutWithAbsentPlatform, sha256 } from "./support/image.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

/** The report's lines, copied as a person copies them. @param {import("playwright-core").Page} page */
async function copied(page) {
  await page.locator("layerglass-verified").getByRole("button", { name: "Copy as text" }).click();
  await page.locator("layerglass-verified").getByRole("button", { name: "Copied" }).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const [head = [], ...rows] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return rows.map((row) => Object.fromEntries(row.map((cell, column) => [head[column], cell])));
}

/** @param {string} path */
async function report(path) {
  const inspector = await stage.inspector({
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1440, height: 900 },
  });
  await inspector.pick(path);
  await inspector.scanned();
  await inspector.tab("Checks");
  return inspector;
}

test("every digest is listed with its place, and the bytes of that place come to it", async () => {
  const { path } = find((entry) => entry.name === "quirks.docker28-containerd.tar");
  const inspector = await report(path);
  const { page } = inspector;
  await page
    .locator("layerglass-verified .place", { hasText: /^\s*at / })
    .first()
    .waitFor();
  const lines = await copied(page);
  const archive = await openArchive(path);
  await archive.scan();
  const expected = await verification(archive);
  archive.close();
  assert.deepEqual(
    lines.map(({ declared, computed, state }) => [declared, computed, state]),
    expected.items.map(({ declared = "", computed = "", state }) => [declared, computed, state]),
  );
  const file = openSync(path, "r");
  let compared = 0;
  for (const { what, offset, size, computed } of lines) {
    if (!["Stored layer", "Config", "Manifest", "Index"].includes(what ?? "")) continue;
    const bytes = Buffer.alloc(Number(size));
    readSync(file, bytes, 0, bytes.length, Number(offset));
    assert.equal(computed, `sha256:${sha256(bytes)}`, `${what} at ${offset}`);
    compared += 1;
  }
  assert.ok(compared >= 9, `${compared} places were read`);
  for (const what of ["Diff id", "Chain id", "Image id"])
    assert.ok(
      lines.some((line) => line["what"] === what && line["state"] === "match"),
      what,
    );
  await page.getByText(`All ${expected.matching} declared digests match`).waitFor();
  await inspector.close();
});

test("what does not match stands by itself, with both values", async () => {
  const layer = tar([{ name: "true", contents: "true" }]);
  const archive = dockerArchive([layer, tar([{ name: "b" }])]);
  archive.write("fals", archive.lastIndexOf("true"), "latin1");
  const inspector = await report(await stage.made("wrong.tar", archive));
  const { page } = inspector;
  const filter = page.getByRole("group", { name: "Which digests" });
  await filter.getByRole("button", { name: /do not match$/ }).click();
  const lines = await copied(page);
  assert.ok(lines.length > 0 && lines.every(({ state }) => state === "mismatch"));
  const diffId = lines.find(({ what }) => what === "Diff id");
  assert.equal(diffId?.["declared"], `sha256:${sha256(layer)}`);
  assert.notEqual(diffId?.["computed"], diffId?.["declared"]);
  const row = page.getByRole("row").filter({ hasText: "Diff id" });
  assert.equal(await row.locator("layerglass-id").count(), 2);
  await page.locator("layerglass-checks .verdict.bad").waitFor();
  await inspector.close();
});

test("what the file is and which platforms are missing is told", async () => {
  const path = await stage.made("platforms.oci.tar", layoutWithAbsentPlatform([tar([{ name: "a" }])]));
  const inspector = await report(path);
  const { page } = inspector;
  await page.getByText("OCI image layout").nth(1).waitFor();
  const missing = page.getByRole("region", { name: "Missing platforms" });
  await missing.getByText("linux/arm64/v8").waitFor();
  assert.equal(await missing.getByRole("listitem").count(), 1);
  await inspector.close();
});

test("long reports come in portions", async () => {
  const inspector = await report(find((entry) => entry.name === "many-layers.docker20.tar.gz").path);
  const { page } = inspector;
  await page
    .locator("layerglass-verified")
    .getByRole("button", { name: /^Show more/ })
    .waitFor();
  assert.ok((await page.locator("layerglass-verified .row").count()) <= 61);
  const lines = await copied(page);
  assert.ok(lines.length > 250, `${lines.length} lines are copied, shown or not`);
  await inspector.close();
});

test("names in a report are shown as text, and add no columns to what is copied", async () => {
  const evil = "evil\t<b>\u202e.tar";
  const layer = tar([{ name: "a" }]);
  const rootfs = { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] };
  const config = JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs });
  const manifest = [{ Config: "c.json", RepoTags: ["made:1"], Layers: [evil] }];
  const archive = tar([
    { name: "c.json", contents: config },
    { name: evil, contents: layer },
    { name: "manifest.json", contents: JSON.stringify(manifest) },
  ]);
  const inspector = await report(await stage.made("evil.tar", archive));
  const { page } = inspector;
  await page.locator("layerglass-verified .path .sign", { hasText: "202E" }).first().waitFor();
  assert.equal(await page.locator("layerglass-verified b").count(), 0);
  const lines = await copied(page);
  assert.ok(lines.some(({ file }) => file === "evil⟨U+0009⟩<b>⟨U+202E⟩.tar"));
  for (const line of lines) assert.equal(Object.keys(line).length, 8);
  await inspector.close();
});
