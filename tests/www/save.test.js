import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { openArchive } from "layerglass/archive";
import { convert, extractTar } from "layerglass/transfer";
import { violations } from "./support/axe.js";
import { dockerArchive, sha256 } from "./support/image.js";
import { find, IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { members, tar } from "./support/tar.js";

/** @typedef {import("./support/inspector.js").Inspector} Inspector */

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/**
 * The page with a file open. Chromium's own dialogue for files cannot be driven: without it files come as downloads.
 * @param {string} path @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function opened(path, options = { viewport: { width: 1440, height: 900 } }) {
  const inspector = await stage.inspector({ ...options, query: "?" });
  const { page } = inspector;
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.reload();
  await inspector.pick(path);
  await inspector.scanned();
  return inspector;
}

/** Clicks, and gives the name and the bytes of what is downloaded. @param {Inspector} inspector @param {import("playwright-core").Locator} button */
async function downloaded({ page }, button) {
  const failure = page.locator("lg-savings").getByRole("alert");
  const failed = failure.waitFor().then(
    async () => Promise.reject(new Error(await failure.innerText())),
    () => new Promise(() => {}),
  );
  const [download] = await Promise.race([
    Promise.all([page.waitForEvent("download"), button.click()]),
    failed,
  ]);
  const bytes = await readFile(await download.path());
  await page.locator("lg-savings").getByText("is saved").last().waitFor();
  return { name: download.suggestedFilename(), bytes };
}

/** @param {Inspector} inspector */
async function dialog({ page }) {
  await page.getByRole("button", { name: "Save as…" }).click();
  return page.getByRole("dialog", { name: "Save as…" });
}

/**
 * What the package makes of the same file in Node.
 * @param {string} path @param {(archive: import("layerglass/archive").Archive) => { stream: ReadableStream<Uint8Array> }} make
 */
async function inNode(path, make) {
  const archive = await openArchive(path);
  try {
    const pieces = [];
    for await (const piece of make(archive).stream) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    archive.close();
  }
}

/** The files of a layer's tar, by name. @param {string} path @param {number} layer */
async function filesOf(path, layer) {
  const archive = await openArchive(path);
  const blob = archive.data.layers[archive.data.images[0]?.layers[layer]?.blob ?? 0]?.path ?? "";
  archive.close();
  return members(members(await readFile(path)).get(blob) ?? Buffer.alloc(0));
}

/** Chooses a row by the end of its path. @param {Inspector} inspector @param {string} path */
async function row({ page }, path) {
  await page.getByRole("searchbox", { name: "Find by path" }).fill(path);
  const name = page.locator("lg-tree .text", { hasText: new RegExp(`^${path.split("/").at(-1)}$`) }).first();
  const entry = page.locator("lg-entry");
  const shown = entry.getByText(`/${path}`, { exact: true });
  // The list is made anew a moment after the last key, and what was chosen before that is not chosen any more.
  const filtered = async () =>
    page.locator("lg-tree").evaluate((tree, path) => Reflect.get(tree, "filter") === path, path);
  while (!(await filtered())) await page.waitForTimeout(100);
  for (let attempt = 0; attempt < 10 && !(await shown.isVisible()); attempt += 1) {
    await name.click();
    await shown.waitFor({ timeout: 1000 }).catch(() => {});
    await page.waitForTimeout(300);
  }
  await shown.waitFor();
  return entry;
}

/** Nothing of a download is left in the browser's own file system. @param {Inspector} inspector */
async function left({ page }) {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    /** @type {string[]} */
    const names = [];
    /** @param {any} folder */
    const walk = async (folder) => {
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind === "directory") await walk(entry);
        else names.push(name);
      }
    };
    await walk(root);
    return names;
  });
}

test("a layer is saved as it is stored and as a plain tar, byte by byte", async () => {
  const path = `${IMAGES}/quirks.podman.oci.tar`;
  const inspector = await opened(path);
  const { page } = inspector;
  const blobs = members(await readFile(path));
  await inspector.files(2);
  const layer = page.locator("lg-layer");
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
  const inspector = await opened(path);
  await inspector.files(1);
  const { page } = inspector;
  const saved = await downloaded(
    inspector,
    page.locator("lg-layer").getByRole("button", { name: /^Save ?, layer 1$/ }),
  );
  assert.equal(saved.name, "quirks-1-layer-1.tar");
  assert.deepEqual(saved.bytes, members(await readFile(path)).get(`blobs/sha256/${sha256(saved.bytes)}`));
  assert.equal(await page.locator("lg-layer").getByRole("button", { name: "Save as tar" }).count(), 0);
  await inspector.close();
});

for (const [name, choose, options] of /** @type {const} */ ([
  ["OCI layout", {}, { format: "oci" }],
  ["OCI layout", { compression: "zstd", level: "3" }, { format: "oci", compression: "zstd", level: 3 }],
  ["Docker archive, 25 and later", {}, { format: "docker-oci" }],
  ["Docker archive, 1.10 to 24", { compression: "none" }, { format: "docker", compression: "none" }],
])) {
  test(`the image is saved as ${name} ${JSON.stringify(choose)}, with the bytes that Node makes`, async () => {
    const path = `${IMAGES}/quirks.docker28.tar`;
    const inspector = await opened(path);
    const form = await dialog(inspector);
    await form.getByRole("radio", { name: new RegExp(`^${name}`) }).check();
    if ("compression" in choose)
      await form.getByLabel("Compression of layers").selectOption(choose.compression);
    if ("level" in choose) await form.getByLabel(/^Level/).fill(choose.level);
    const saved = await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
    assert.equal(saved.name, options.format === "oci" ? "quirks.docker28.oci.tar" : "quirks.docker28.tar");
    assert.deepEqual(saved.bytes, await inNode(path, (archive) => convert(archive, options)));
    // What was saved opens, with the same id.
    const again = await openArchive(saved.bytes);
    assert.equal(again.data.images[0]?.id, find((entry) => entry.path === path).images[0]?.image_id);
    again.close();
    await inspector.close();
  });
}

test("one platform of several is saved", async () => {
  const path = `${IMAGES}/multiarch.oci`;
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.reload();
  await inspector.pickFolder(path);
  await inspector.scanned();
  const form = await dialog(inspector);
  const platforms = form.getByLabel("Platform");
  const names = await platforms.getByRole("option").allInnerTexts();
  assert.ok(names.length > 2, names.join(", "));
  const chosen = names.at(-1) ?? "";
  await platforms.selectOption(chosen);
  const saved = await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
  const again = await openArchive(saved.bytes);
  const platform = again.data.images.map((image) => image.platform);
  assert.deepEqual(
    [
      ...new Set(
        platform.map((each) => [each?.os, each?.architecture, each?.variant].filter(Boolean).join("/")),
      ),
    ],
    [chosen],
  );
  again.close();
  await inspector.close();
});

/** An image whose layers are large and do not compress. */
function large() {
  return dockerArchive([tar([{ name: "noise", contents: randomBytes(48 << 20) }])]);
}

test("saving is cancelled in the middle, and nothing is left", async () => {
  const inspector = await opened(await stage.made("large.tar", large()));
  const { page } = inspector;
  /** @type {string[]} */
  const downloads = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  const form = await dialog(inspector);
  await form.getByLabel("Compression of layers").selectOption("gzip");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  const savings = page.locator("lg-savings");
  // Some of it has been written.
  await savings.getByText(/[1-9][\d.]* [kM]B written/).waitFor();
  await savings.getByRole("button", { name: /^Cancel/ }).click();
  await savings.getByText("was not saved: the work was cancelled").waitFor();
  assert.deepEqual(await left(inspector), []);
  assert.deepEqual(downloads, []);
  await savings.getByRole("button", { name: /^Close/ }).click();
  await savings.waitFor({ state: "detached" });
  // The archive is as it was: another attempt goes through.
  const again = await dialog(inspector);
  await again.getByLabel("Compression of layers").selectOption("none");
  const saved = await downloaded(inspector, again.getByRole("button", { name: "Save", exact: true }));
  assert.ok(saved.bytes.length > 48 << 20);
  await inspector.close();
});

test("opening something else ends what is being saved", async () => {
  const inspector = await opened(await stage.made("large.tar", large()));
  const { page } = inspector;
  const form = await dialog(inspector);
  await form.getByLabel("Compression of layers").selectOption("gzip");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await page
    .locator("lg-savings")
    .getByText(/[1-9][\d.]* [kM]B written/)
    .waitFor();
  await page.getByRole("button", { name: "Layerglass" }).click();
  await page.locator("lg-start").waitFor();
  assert.equal(await page.locator("lg-savings").count(), 0);
  await page.waitForFunction(async () => {
    for await (const [, folder] of /** @type {any} */ (await navigator.storage.getDirectory()).entries())
      for await (const _ of folder.entries()) return false;
    return true;
  });
  await inspector.close();
});

test("what does not match its digest is not saved, and the page says why", async () => {
  const layer = tar([{ name: "a", contents: "a" }]);
  const other = tar([{ name: "b", contents: "b" }]);
  const file = dockerArchive([layer, other]);
  // The second layer is not the one that the config means.
  const at = file.indexOf(other);
  file.write("B", at + 512);
  const inspector = await opened(await stage.made("forged.tar", file));
  const { page } = inspector;
  /** @type {string[]} */
  const downloads = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  const form = await dialog(inspector);
  await form.getByRole("button", { name: "Save", exact: true }).click();
  const failure = page.locator("lg-savings").getByRole("alert");
  await failure.getByText("could not be saved").waitFor();
  const text = await failure.innerText();
  assert.ok(
    text.includes(sha256(other)) && text.includes(sha256(file.subarray(at, at + other.length))),
    text,
  );
  assert.deepEqual(downloads, []);
  assert.deepEqual(await left(inspector), []);
  assert.deepEqual(await violations(page), []);
  await inspector.close();
});

test("a name from the image is made harmless before it names a file", async () => {
  const layer = tar([{ name: "a", contents: "a" }]);
  const file = dockerArchive([layer], { name: "evil.example.com/../..\u202Eexe.sh:1" });
  const inspector = await opened(await stage.made("..evil <b> .oci.tar.gz", file));
  const form = await dialog(inspector);
  const saved = await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
  assert.equal(saved.name, "evil-b.oci.tar");
  await inspector.files(1);
  const button = inspector.page.locator("lg-layer").getByRole("button", { name: /^Save ?, layer 1$/ });
  assert.match((await downloaded(inspector, button)).name, /^[\w.+@-]+-layer-1\.tar$/);
  await inspector.close();
});

test("where the browser asks for a place, the file is written there", async () => {
  const path = `${IMAGES}/quirks.docker28.tar`;
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  // A file of the browser's own stands for one that the user chose.
  await page.addInitScript(() => {
    Object.assign(globalThis, {
      asked: [],
      async showSaveFilePicker(/** @type {{ suggestedName: string }} */ { suggestedName }) {
        /** @type {any} */ (globalThis).asked.push([suggestedName, navigator.userActivation.isActive]);
        if (/** @type {any} */ (globalThis).refuses) throw new DOMException("closed", "AbortError");
        const root = await navigator.storage.getDirectory();
        return root.getFileHandle("chosen", { create: true });
      },
    });
  });
  await page.reload();
  await inspector.pick(path);
  await inspector.scanned();
  const form = await dialog(inspector);
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator("lg-savings").getByText("is saved").waitFor();
  assert.ok(!(await page.locator("lg-savings").innerText()).includes("downloads"));
  const bytes = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const file = await (await root.getFileHandle("chosen")).getFile();
    return [...new Uint8Array(await file.arrayBuffer())];
  });
  assert.deepEqual(Buffer.from(bytes), await inNode(path, (archive) => convert(archive, { format: "oci" })));
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).asked), [
    ["quirks.docker28.oci.tar", true],
  ]);
  // Who closes the browser's dialogue does not want the file.
  await page.evaluate(() => Object.assign(globalThis, { refuses: true }));
  await dialog(inspector);
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator("lg-savings").getByText("was not saved").waitFor();
  await inspector.close();
});

test("the dialog is used with the keyboard", async () => {
  const inspector = await opened(`${IMAGES}/quirks.docker28.tar`);
  const { page } = inspector;
  const button = page.getByRole("button", { name: "Save as…" });
  await button.focus();
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "Save as…" });
  await form.waitFor();
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "hidden" });
  await page.waitForFunction(() => {
    const inspector = document.querySelector("lg-app")?.shadowRoot?.querySelector("lg-inspector");
    return inspector?.shadowRoot?.activeElement?.textContent?.includes("Save as") === true;
  });
  await page.keyboard.press("Enter");
  await form.getByRole("radio", { name: /^OCI layout/ }).focus();
  await page.keyboard.press("ArrowDown");
  assert.ok(await form.getByRole("radio", { name: /^Docker archive, 25/ }).isChecked());
  const save = form.getByRole("button", { name: "Save", exact: true });
  await save.focus();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.equal(download.suggestedFilename(), "quirks.docker28.tar");
  await inspector.close();
});

test("a file is saved, as the chosen layers leave it", async () => {
  const path = `${IMAGES}/quirks.docker28.tar`;
  const inspector = await opened(path);
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
  const inspector = await opened(path);
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
  const inspector = await opened(path);
  const { page } = inspector;
  await inspector.files("all");
  const root = await downloaded(
    inspector,
    page.locator("lg-files").getByRole("button", { name: "Save as tar" }),
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
    page.locator("lg-files").getByRole("button", { name: "Save as tar", exact: true }),
  );
  assert.deepEqual(upTo.bytes, await inNode(path, (archive) => extractTar(archive, 0, { to: 1 })));
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 1200]) {
    test(`saving is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const entry = find((each) => each.name === "quirks.docker28.tar");
      const inspector = await opened(entry.path, { colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      const look = async (/** @type {string} */ view) => {
        assert.ok((await inspector.overflow()) <= 0, `${view} is wider than the window`);
        assert.deepEqual(await violations(page), [], view);
        if (SCREENSHOTS)
          await page.screenshot({ path: `${SCREENSHOTS}/${view}-${colorScheme}-${width}.png` });
      };
      const form = await dialog(inspector);
      await form.getByLabel("Compression of layers").selectOption("gzip");
      await look("save-as");
      await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
      await inspector.files(1);
      await look("saved");
      const described = await row(inspector, "q/dir/replaced");
      await described.getByRole("button", { name: "All versions" }).click();
      await described.getByRole("listitem").first().waitFor();
      await look("entry");
      await inspector.close();
    });
  }
}
