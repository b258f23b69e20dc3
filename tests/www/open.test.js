import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { dockerArchive, layoutWithAbsentPlatform, sha256 } from "./support/image.js";
import { expected, filesBelow, find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

/** @type {Map<string, { json: unknown } | { file: string }>} */
const offers = new Map();
/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start(offers);
});
after(() => stage.close());

const withImages = (/** @type {{ images: unknown[], folder: boolean }} */ entry) => entry.images.length > 0;

/** The ids that the page shows for its images, one after the other. @param {import("./support/inspector.js").Inspector} inspector */
async function imageIds({ page }) {
  const list = page.locator("layerglass-images").getByRole("button");
  const ids = new Set();
  const count = await list.count();
  for (let index = 0; index < Math.max(1, count); index += 1) {
    if (count > 0) await list.nth(index).click();
    for (const id of await page.locator('layerglass-id[what="image id"]').all())
      ids.add(await id.evaluate((element) => /** @type {any} */ (element).value));
  }
  return [...ids].sort();
}

for (const entry of expected()) {
  test(`${entry.name}: ${entry.images.length} images, as expected`, async () => {
    const inspector = await stage.inspector();
    const { page } = inspector;
    if (entry.folder) await inspector.pickFolder(entry.path);
    else await inspector.pick(entry.path);
    await page.locator("layerglass-inspector, layerglass-report").waitFor();
    assert.equal(await page.locator(".failure").count(), 0);
    const inspected = entry.docker_image_inspect ?? [];
    if (entry.images.length > 0) {
      await inspector.scanned();
      const ids = await imageIds(inspector);
      for (const { image_id } of entry.images) assert.ok(ids.includes(image_id), `${image_id} among ${ids}`);
      await inspector.tab("Checks");
      assert.equal(await page.getByText("does not match").count(), 0);
    } else if (inspected.length > 0) {
      await inspector.scanned();
      assert.deepEqual(await imageIds(inspector), inspected.map(({ Id }) => Id).sort());
    } else {
      const said = await page
        .locator("layerglass-facts h1, layerglass-report h1, layerglass-inspector .origin strong")
        .first()
        .innerText();
      assert.match(said, /\w/);
    }
    await inspector.close();
  });
}

test("a dropped file is opened, with its config, history and layers", async () => {
  const entry = find((each) => withImages(each) && !each.folder && each.name.endsWith(".tar"));
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.drop([entry.path]);
  await page.locator("layerglass-inspector").waitFor();
  assert.equal(await page.title(), `${basename(entry.path)} – Layerglass`);
  for (const heading of ["Identity", "Runs", /^Environment/])
    await page.getByRole("heading", { name: heading }).waitFor();
  const image = entry.images.at(0);
  const rows = page.locator("layerglass-layers").getByRole("button", { name: /^Layer \d/ });
  assert.equal(await rows.count(), image?.layers.length);
  const empty = (image?.config.history ?? []).filter((step) => step.empty_layer).length;
  assert.equal(await page.locator("layerglass-layers .empty-step").count(), empty);
  await inspector.close();
});

test("each layer shows its ids, and every check matches once it is scanned", async () => {
  const entry = find((each) => withImages(each) && !each.folder && each.name.endsWith(".tar"));
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(entry.path);
  await inspector.scanned();
  const chain = [];
  for (const [index, layer] of (entry.images.at(0)?.layers ?? []).entries()) {
    await inspector.files(index + 1);
    const value = (/** @type {string} */ what) =>
      page
        .locator(`layerglass-layer layerglass-id[what="${what}"]`)
        .evaluate((id) => /** @type {any} */ (id).value);
    assert.equal(await value("diff id"), layer.diff_id);
    const below = chain.at(-1);
    chain.push(below === undefined ? layer.diff_id : `sha256:${sha256(`${below} ${layer.diff_id}`)}`);
    assert.equal(await value("chain id"), chain.at(-1));
    for (const name of ["Stored", "Unpacked", "Compression"])
      await page.locator("layerglass-layer").getByText(name, { exact: true }).waitFor();
  }
  await inspector.tab("Checks");
  await page.getByText(/All \d+ declared digests match/).waitFor();
  await inspector.close();
});

test("ids are copied whole", async () => {
  const inspector = await stage.inspector({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = inspector;
  const entry = find((each) => withImages(each) && !each.folder);
  await inspector.pick(entry.path);
  await page.getByRole("button", { name: "Copy image id" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(
    entry.images.some(({ image_id }) => image_id === copied),
    copied,
  );
  await inspector.close();
});

test("of thousands of labels, variables and steps a portion is shown, and more on request", async () => {
  const many = Array.from({ length: 5000 }, (_, index) => index);
  const config = {
    Env: many.map((index) => `V${index}=x`),
    Labels: Object.fromEntries(many.map((index) => [`label-${index}`, "x"])),
  };
  const history = [
    { created_by: "RUN it" },
    ...many.map((index) => ({ created_by: `ENV V${index}=x`, empty_layer: true })),
  ];
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(
    await stage.made("many.tar", dockerArchive([tar([{ name: "a" }])], { config, history })),
  );
  await inspector.scanned();
  const elements = () => page.locator("layerglass-config .pairs > div, layerglass-layers li").count();
  const before = await elements();
  assert.ok(before > 100 && before < 500, `${before}`);
  await page
    .getByRole("button", { name: /^Show more \(4,900 left\)/ })
    .first()
    .click();
  await page.getByRole("button", { name: /^Show more \(4,400 left\)/ }).waitFor();
  await inspector.close();
});

test("a dropped folder is opened", async () => {
  const entry = find((each) => withImages(each) && each.folder);
  const inspector = await stage.inspector();
  await inspector.drop([entry.path]);
  await inspector.scanned();
  const ids = await imageIds(inspector);
  for (const { image_id } of entry.images) assert.ok(ids.includes(image_id));
  await inspector.close();
});

test("the files of a folder are opened when they are dropped without it", async () => {
  const entry = find(
    (each) => withImages(each) && each.folder && filesBelow(each.path).every((path) => !path.includes("/")),
  );
  const inspector = await stage.inspector();
  await inspector.drop(filesBelow(entry.path).map((path) => join(entry.path, path)));
  await inspector.scanned();
  const ids = await imageIds(inspector);
  for (const { image_id } of entry.images) assert.ok(ids.includes(image_id));
  await inspector.close();
});

test("a file that is compressed as a whole is opened", async () => {
  const layer = tar([{ name: "hello", contents: "hello" }]);
  const path = await stage.made("whole.tar.gz", gzipSync(dockerArchive([layer])));
  const inspector = await stage.inspector();
  await inspector.pick(path);
  await inspector.scanned();
  await inspector.page.getByText("compressed with gzip").waitFor();
  await inspector.files("all");
  await inspector.tree.waitFor();
  assert.deepEqual(await inspector.rowNames(), ["hello"]);
  await inspector.close();
});

test("a platform that is not in the file is shown as absent, an attestation as what it is", async () => {
  const path = await stage.made(
    "absent.tar",
    layoutWithAbsentPlatform([tar([{ name: "a", contents: "a" }])]),
  );
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(path);
  await inspector.scanned();
  const images = page.locator("layerglass-images");
  await images.getByText("not in file").waitFor();
  await images.getByText("attestation", { exact: true }).waitFor();
  assert.equal(
    await images.locator('[aria-current="true"]').getByText("not in file").count(),
    0,
    "what is there is chosen first",
  );
  await images.getByRole("button", { name: /arm64/ }).click();
  await page.getByText("This image is not in the file").waitFor();
  await inspector.close();
});

test("a file that is no image is refused with what, where and what to do", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(await stage.made("notes.txt", "hello, these are notes\n"));
  const alert = page.getByRole("alert");
  await alert.waitFor();
  for (const text of ["notes.txt", "What to do", "Reason"])
    await alert.getByText(text, { exact: true }).first().waitFor();
  await alert.getByRole("button", { name: "Open something else" }).click();
  await page.getByRole("button", { name: "Choose a file" }).waitFor();
  await inspector.close();
});

test("of a truncated file it is said what is missing and where, and what is left is shown", async () => {
  const layers = ["one", "two"].map((name) => tar([{ name, contents: name.repeat(4000) }]));
  const archive = dockerArchive(layers, { metadataFirst: true });
  const inspector = await stage.inspector();
  const { page } = inspector;
  // Cut within the last layer.
  await inspector.pick(await stage.made("truncated.tar", archive.subarray(0, archive.length - 8192)));
  await page.locator("layerglass-inspector").waitFor();
  await inspector.files(1);
  await inspector.tree.waitFor();
  assert.deepEqual(await inspector.rowNames(), ["one"]);
  await inspector.tab("Checks");
  assert.ok((await page.locator("layerglass-checks .finding").count()) > 0);
  await inspector.close();

  const cut = await stage.inspector();
  await cut.pick(await stage.made("cut.tar", archive.subarray(0, 700)));
  await cut.tab("Checks");
  await cut.page.locator("layerglass-checks .finding.error").first().waitFor();
  await cut.close();
});

test("a layer that does not decompress is marked, and the others stay usable", async () => {
  const good = tar([{ name: "good", contents: "good" }]);
  const whole = gzipSync(tar([{ name: "lost", contents: randomBytes(100_000) }]));
  const broken = whole.subarray(0, whole.length / 2);
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(await stage.made("broken.tar", dockerArchive([good, broken])));
  await page.locator("layerglass-layers .note.bad", { hasText: "could not be read to its end" }).waitFor();
  await inspector.files(1);
  await inspector.tree.waitFor();
  assert.deepEqual(await inspector.rowNames(), ["good"]);
  await inspector.tab("Checks");
  await page.locator("layerglass-checks .verdict.bad").waitFor();
  await inspector.close();
});

test("a layer whose digest is wrong is marked", async () => {
  const layer = tar([{ name: "true", contents: "true" }]);
  const archive = dockerArchive([layer]);
  archive.write("fals", archive.lastIndexOf("true"), "latin1");
  const inspector = await stage.inspector();
  await inspector.pick(await stage.made("mismatch.tar", archive));
  await inspector.scanned();
  await inspector.tab("Checks");
  await inspector.page.getByText(/digests? (does|do) not match/).waitFor();
  await inspector.close();
});

test("what the server offers is opened by ranges, a file and a folder", async () => {
  const big = tar([{ name: "zeros", contents: Buffer.alloc(8 << 20) }]);
  const path = await stage.made("served.tar", dockerArchive([big]));
  const size = readFileSync(path).length;
  offers.set("/0123/", { json: { name: "served.tar", kind: "file", size, url: "/0123/file" } });
  offers.set("/0123/file", { file: path });
  const inspector = await stage.inspector({ query: "?open=/0123/&name=served.tar" });
  await inspector.scanned();
  const asked = stage.server.requests.filter(({ path }) => path === "/0123/file");
  assert.ok(asked.length > 1 && asked.every(({ range }) => range), "every request is for a range");
  assert.ok(asked.reduce((sum, { bytes }) => sum + bytes, 0) < size * 1.1, "nothing large is read twice");
  await inspector.close();

  const entry = find((each) => withImages(each) && each.folder);
  const files = filesBelow(entry.path);
  offers.set("/4567/", {
    json: {
      name: entry.name,
      kind: "folder",
      files: files.map((path, index) => ({
        path,
        size: readFileSync(join(entry.path, path)).length,
        url: `/4567/files/${index}`,
      })),
    },
  });
  for (const [index, path] of files.entries())
    offers.set(`/4567/files/${index}`, { file: join(entry.path, path) });
  const folder = await stage.inspector({ query: "?open=/4567/" });
  await folder.scanned();
  const ids = await imageIds(folder);
  for (const { image_id } of entry.images) assert.ok(ids.includes(image_id));
  await folder.close();
});

test("an address cannot make the page read from elsewhere", async () => {
  for (const open of ["https://example.com/image.tar", "//example.com/", "javascript:alert(1)"]) {
    const inspector = await stage.inspector({ query: `?open=${encodeURIComponent(open)}` });
    await inspector.page.getByRole("alert").waitFor();
    await inspector.close();
  }
});
