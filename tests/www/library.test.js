import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { left } from "./support/saving.js";
import { tar } from "./support/tar.js";

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;
const TOKEN = `/${"f".repeat(32)}/`;

/** What the server offers: a file that stops in the middle until it is let go. @type {Map<string, any>} */
const offers = new Map();
/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start(offers);
});
after(() => stage.close());

/** An image of some bytes. @param {number} bytes */
function image(bytes) {
  return dockerArchive([tar([{ name: "data", contents: Buffer.alloc(bytes, "layer") }])]);
}

/** Presses the button, and waits until it is done. @param {import("./support/inspector.js").Inspector} inspector */
async function keep({ page }) {
  await page.getByRole("button", { name: "Keep in this browser" }).click();
  await page.getByText("is kept in this browser: it opens again").waitFor();
}

/** @param {import("./support/inspector.js").Inspector} inspector */
const home = ({ page }) => page.getByRole("button", { name: "Layerglass" }).click();

/** @param {import("./support/inspector.js").Inspector} inspector */
const shelf = ({ page }) => page.getByRole("region", { name: "Kept in this browser" });

test("a file is kept only when asked, and opens again without the file", async () => {
  const original = find((each) => each.images.length > 1 && !each.folder).path;
  const path = join(stage.folder, "mine.tar");
  await copyFile(original, path);
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(path);
  await inspector.scanned();
  const title = await page.getByRole("heading", { level: 1 }).innerText();
  assert.deepEqual(await left(inspector), [], "opening alone keeps nothing");
  await keep(inspector);
  await page.locator("layerglass-bar").getByText("Kept in this browser").waitFor();
  assert.equal(await page.getByRole("button", { name: "Keep in this browser" }).count(), 0);
  assert.match(page.url(), /\?kept=[0-9a-f]{32}(#|$)/);
  await rm(path);
  const overview = page.url();
  await inspector.tab("Files");
  await page.waitForURL((url) => url.href !== overview);
  // The address alone brings it back, and to the same place.
  await page.reload();
  await inspector.scanned();
  await page.getByRole("tab", { name: /^Files/, selected: true }).waitFor();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), title);
  await home(inspector);
  const told = await shelf(inspector).innerText();
  assert.match(told, /mine\.tar/);
  assert.match(told, /1 image, .*B\. This page uses .*B of the .*B that the browser lets it have\./);
  // In a new tab it opens from the list.
  const other = await page.context().newPage();
  await other.goto(stage.server.origin);
  await other.getByRole("button", { name: "Open mine.tar" }).click();
  await other.getByText(/layers? (is|are) scanned/).waitFor({ state: "attached" });
  assert.equal(await other.getByRole("heading", { level: 1 }).innerText(), title);
  await other.close();
  await inspector.close();
});

test("a folder is kept with its files", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const entry = find((each) => each.folder && each.images.length > 0);
  await inspector.pickFolder(entry.path);
  await inspector.scanned();
  const title = await page.getByRole("heading", { level: 1 }).innerText();
  await keep(inspector);
  await page.reload();
  await inspector.scanned();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), title);
  await inspector.close();
});

test("kept images are removed one by one or all, in every tab", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  for (const name of ["one.tar", "two.tar", "three.tar"]) {
    await inspector.pick(await stage.made(name, image(name.length * 1000)));
    await inspector.scanned();
    await keep(inspector);
    await home(inspector);
  }
  const other = await page.context().newPage();
  await other.goto(stage.server.origin);
  await other.getByRole("button", { name: "Open two.tar" }).waitFor();
  await page.getByRole("button", { name: "Remove two.tar from this browser" }).click();
  await page.getByRole("button", { name: "Open two.tar" }).waitFor({ state: "detached" });
  await other.getByRole("button", { name: "Open two.tar" }).waitFor({ state: "detached" });
  assert.equal((await left(inspector)).length, 4, "two records and two files");
  // All go only after a second word.
  await page.getByRole("button", { name: "Remove all" }).click();
  await page.getByRole("button", { name: "Leave them" }).waitFor();
  assert.equal((await left(inspector)).length, 4);
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await shelf(inspector).waitFor({ state: "detached" });
  assert.deepEqual(await left(inspector), []);
  // Its address leads nowhere any more, and says so.
  await page.goto(`${stage.server.origin}/?kept=${"0".repeat(32)}`);
  await page.getByRole("alert").getByText("not kept in this browser any more").waitFor();
  await inspector.close();
});

test("a cancelled copy and a full quota leave nothing behind", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const devtools = await page.context().newCDPSession(page);
  const quota = async (/** @type {number | undefined} */ quotaSize) =>
    devtools.send("Storage.overrideQuotaForOrigin", {
      origin: stage.server.origin,
      ...(quotaSize !== undefined && { quotaSize }),
    });
  await inspector.pick(await stage.made("large.tar", image(24 << 20)));
  await inspector.scanned();
  await quota(8 << 20);
  await page.getByRole("button", { name: "Keep in this browser" }).click();
  const failure = page.getByRole("alert").filter({ hasText: "could not be kept" });
  await failure.waitFor();
  assert.match(await failure.innerText(), /no room for it: .*MB are needed/);
  assert.deepEqual(await left(inspector), []);
  await page.getByRole("button", { name: "Close keeping large.tar" }).click();
  // Where the browser tells beforehand that it is too little, nothing is begun.
  await page.evaluate(() => {
    navigator.storage.estimate = async () => ({ usage: 1_000_000, quota: 3_000_000 });
  });
  await page.getByRole("button", { name: "Keep in this browser" }).click();
  await failure.waitFor();
  assert.match(await failure.innerText(), /MB are needed, and 2\.0? ?MB are free/);
  assert.deepEqual(await left(inspector), []);
  await page.getByRole("button", { name: "Close keeping large.tar" }).click();
  await page.evaluate(() => Reflect.deleteProperty(navigator.storage, "estimate"));
  await quota(undefined);
  // Cancelled in the middle: writing waits until then.
  await page.evaluate(() => {
    const { write } = FileSystemWritableFileStream.prototype;
    FileSystemWritableFileStream.prototype.write = async function (/** @type {any} */ piece) {
      await write.call(this, piece);
      await new Promise((resolve) => setTimeout(resolve, 500));
    };
  });
  await page.getByRole("button", { name: "Keep in this browser" }).click();
  await page.getByRole("progressbar").last().waitFor();
  await page.getByRole("button", { name: "Cancel keeping large.tar" }).click();
  await page.getByText("is not kept: the copy was cancelled").waitFor();
  assert.deepEqual(await left(inspector), []);
  assert.equal(await page.getByRole("button", { name: "Keep in this browser" }).isEnabled(), true);
  await inspector.close();
});

test("what a closed tab left behind is swept, and what another tab copies is not", async () => {
  const path = await stage.made("served.tar", image(100_000));
  /** @type {() => void} */
  let release = () => {};
  const hold = new Promise((resolve) => {
    release = () => resolve(undefined);
  });
  const { size } = statSync(path);
  offers.set(TOKEN, { json: { kind: "file", name: "served.tar", size, url: `${TOKEN}file` } });
  offers.set(`${TOKEN}file`, { file: path, hold, holdFrom: size });
  const inspector = await stage.inspector({ query: `?open=${TOKEN}` });
  const { page } = inspector;
  await inspector.scanned();
  await page.getByRole("button", { name: "Keep in this browser" }).click();
  const started = async () => (await left(inspector)).length > 0;
  while (!(await started())) await page.waitForTimeout(50);
  // Another tab starts while the copy is under way: it leaves it alone.
  const other = await page.context().newPage();
  await other.goto(stage.server.origin);
  await other.getByRole("heading", { name: "See inside a container image" }).waitFor();
  await other.waitForTimeout(500);
  assert.ok(await started(), "the copy of the other tab is still there");
  // The tab is closed in the middle: the next start clears up.
  await page.close();
  const third = await other.context().newPage();
  /** @type {any} */
  const look = { page: third };
  while (true) {
    await third.goto(stage.server.origin);
    await third.getByRole("heading", { name: "See inside a container image" }).waitFor();
    await third.waitForTimeout(200);
    if ((await left(look)).length === 0) break;
  }
  assert.equal(await third.getByRole("region", { name: "Kept in this browser" }).count(), 0);
  release();
  await third.context().close();
  assert.deepEqual(inspector.problems, []);
});

test("records that are damaged, hostile or without files are no images, and go", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(await stage.made("good.tar", image(1000)));
  await inspector.scanned();
  await keep(inspector);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const library = await root.getDirectoryHandle("layerglass-library");
    const records = await library.getDirectoryHandle("records");
    const write = async (/** @type {string} */ name, /** @type {string} */ text) => {
      const writable = await (await records.getFileHandle(name, { create: true })).createWritable();
      await writable.write(text);
      await writable.close();
    };
    const id = (/** @type {string} */ digit) => digit.repeat(32);
    const record = { version: 1, name: "x", form: "file", size: 0, kept: 0, label: "", images: [] };
    await write(`${id("a")}.json`, "");
    await write(
      `${id("b")}.json`,
      JSON.stringify({ ...record, id: id("b"), parts: [{ path: "", size: 0 }] }),
    );
    await write(
      `${id("c")}.json`,
      JSON.stringify({ ...record, id: id("d"), parts: [{ path: "", size: 0 }] }),
    );
    await write(`${id("d")}.json`, JSON.stringify({ ...record, id: id("d"), size: -1, parts: [] }));
    await write("notes.txt.json", "{}");
    const contents = await library.getDirectoryHandle("contents");
    await contents.getDirectoryHandle(id("e"), { create: true });
  });
  await home(inspector);
  await page.reload();
  await page.getByRole("button", { name: "Open good.tar" }).waitFor();
  while ((await left(inspector)).length > 2) await page.waitForTimeout(50);
  await page.getByText(/^1 image, /).waitFor();
  assert.equal(await page.locator("layerglass-library li").count(), 1);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`the library is accessible and fits every width, ${colorScheme}`, async () => {
    for (const width of [360, 800, 1440]) {
      const inspector = await stage.inspector({ colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      const look = async (/** @type {string} */ view) => {
        assert.ok((await inspector.overflow()) <= 0, `${view}, ${width} px`);
        assert.deepEqual(await violations(page), [], `${view}, ${width} px`);
        if (SCREENSHOTS)
          await page.screenshot({ path: `${SCREENSHOTS}/${view}-${colorScheme}-${width}.png` });
      };
      const long = `${"an-image-with-a-long-name-".repeat(4)}\u202e.tar`;
      await inspector.pick(find((each) => each.images.length > 1 && !each.folder).path);
      await inspector.scanned();
      await look("library-offered");
      await keep(inspector);
      await look("library-kept");
      await home(inspector);
      await inspector.pick(await stage.made(long, image(5000)));
      await inspector.scanned();
      await keep(inspector);
      await home(inspector);
      await shelf(inspector).waitFor();
      await look("library");
      await page.getByRole("button", { name: "Remove all" }).click();
      await look("library-remove");
      await inspector.close();
    }
  });
}
