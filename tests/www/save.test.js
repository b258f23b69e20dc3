import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { convert } from "layerglass/transfer";
import { violations } from "./support/axe.js";
import { dockerArchive, sha256 } from "./support/image.js";
import { find, IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { dialog, downloaded, inNode, left, opened, row } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

for (const [name, choose, options] of /** @type {const} */ ([
  ["OCI layout", {}, { format: "oci" }],
  ["OCI layout", { compression: "zstd", level: "3" }, { format: "oci", compression: "zstd", level: 3 }],
  ["Docker archive, 25 and later", {}, { format: "docker-oci" }],
  ["Docker archive, 1.10 to 24", { compression: "none" }, { format: "docker", compression: "none" }],
])) {
  test(`the image is saved as ${name} ${JSON.stringify(choose)}, with the bytes that Node makes`, async () => {
    const path = `${IMAGES}/quirks.docker28.tar`;
    const inspector = await opened(stage, path);
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
  const inspector = await opened(stage, await stage.made("large.tar", large()));
  const { page } = inspector;
  /** @type {string[]} */
  const downloads = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  const form = await dialog(inspector);
  await form.getByLabel("Compression of layers").selectOption("gzip");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  const savings = page.locator("layerglass-savings");
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
  const inspector = await opened(stage, await stage.made("large.tar", large()));
  const { page } = inspector;
  const form = await dialog(inspector);
  await form.getByLabel("Compression of layers").selectOption("gzip");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await page
    .locator("layerglass-savings")
    .getByText(/[1-9][\d.]* [kM]B written/)
    .waitFor();
  await page.getByRole("button", { name: "Layerglass" }).click();
  await page.locator("layerglass-start").waitFor();
  assert.equal(await page.locator("layerglass-savings").count(), 0);
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
  const inspector = await opened(stage, await stage.made("forged.tar", file));
  const { page } = inspector;
  /** @type {string[]} */
  const downloads = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  const form = await dialog(inspector);
  await form.getByRole("button", { name: "Save", exact: true }).click();
  const failure = page.locator("layerglass-savings").getByRole("alert");
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
  const inspector = await opened(stage, await stage.made("..evil <b> .oci.tar.gz", file));
  const form = await dialog(inspector);
  const saved = await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
  assert.equal(saved.name, "evil-b.oci.tar");
  await inspector.files(1);
  const button = inspector.page
    .locator("layerglass-layer")
    .getByRole("button", { name: /^Save ?, layer 1$/ });
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
  await page.locator("layerglass-savings").getByText("is saved").waitFor();
  assert.ok(!(await page.locator("layerglass-savings").innerText()).includes("downloads"));
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
  await page.locator("layerglass-savings").getByText("was not saved").waitFor();
  await inspector.close();
});

test("the dialog is used with the keyboard", async () => {
  const inspector = await opened(stage, `${IMAGES}/quirks.docker28.tar`);
  const { page } = inspector;
  const button = page.getByRole("button", { name: "Save as…" });
  await button.focus();
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "Save as…" });
  await form.waitFor();
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "hidden" });
  await page.waitForFunction(() => {
    const inspector = document
      .querySelector("layerglass-app")
      ?.shadowRoot?.querySelector("layerglass-inspector");
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

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 1200]) {
    test(`saving is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const entry = find((each) => each.name === "quirks.docker28.tar");
      const inspector = await opened(stage, entry.path, { colorScheme, viewport: { width, height: 900 } });
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
