import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SHORTCUT_GROUPS } from "../../pkg/dist/elements/keys/shortcuts.js";
import { TREE_KEYS } from "../../pkg/dist/elements/tree/keys.js";
import { TREEMAP_KEYS } from "../../pkg/dist/elements/views/space/treemap-keys.js";
import { violations } from "./support/axe.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const IMAGE = find((entry) => entry.name === "quirks.docker20.tar.gz").path;
const WIDE = { viewport: { width: 1440, height: 900 } };

/** An opened image. @param {object} [options] */
async function opened(options = WIDE) {
  const inspector = await stage.inspector(options);
  await inspector.pick(IMAGE);
  await inspector.scanned();
  return inspector;
}

/** What is chosen in the dialog that a key opens. @param {import("playwright-core").Page} page @param {string} key */
async function choose(page, key) {
  const chooser = page.waitForEvent("filechooser");
  // The browser is told to hand the dialog over; it has heard of it once it answers something else.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  await page.keyboard.press(key);
  await (await chooser).setFiles(IMAGE);
}

/** @param {import("playwright-core").Page} page */
function selectedTab(page) {
  return page.getByRole("tab", { selected: true }).innerText();
}

test("the map of keys tells every key of the tables that the keys are read by", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await dialog.waitFor();
  const told = await dialog.locator("dd").allInnerTexts();
  const bindings = [...SHORTCUT_GROUPS.flatMap((group) => group.bindings), ...TREE_KEYS, ...TREEMAP_KEYS];
  assert.deepEqual(
    told,
    bindings.map(({ does }) => does),
  );
  for (const name of ["Everywhere", "To a view", "In a tree of files", "In a treemap"])
    await dialog.getByRole("heading", { name }).waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "LAYERGLASS-APP");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await inspector.close();
});

test("the map of keys fits a small window and the dark", async () => {
  const inspector = await stage.inspector({ colorScheme: "dark", viewport: { width: 360, height: 640 } });
  const { page } = inspector;
  await page.getByRole("button", { name: "Keys" }).click();
  const box = await page.getByRole("dialog", { name: "Keys" }).boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 360 && box.height <= 640, JSON.stringify(box));
  assert.deepEqual(await violations(page), []);
  await inspector.close();
});

test("numbers and letters lead to the views", async () => {
  const inspector = await opened();
  const { page } = inspector;
  const names = await page.getByRole("tab").evaluateAll((tabs) => tabs.map((tab) => tab.id.slice(4)));
  for (const [position, id] of names.entries()) {
    await page.keyboard.press(String(position + 1));
    await page.locator(`#tab-${id}[aria-selected=true]`).waitFor();
  }
  const group = SHORTCUT_GROUPS.find(({ name }) => name === "To a view");
  assert.ok(group && group.bindings.length >= names.length);
  for (const { press, does } of group.bindings.filter(({ does }) => does !== "Layers")) {
    for (const key of (press[0] ?? "").split(" ")) await page.keyboard.press(key);
    await page.getByRole("tab", { name: does, selected: true }).waitFor();
  }
  // The tab has the focus: the arrows go on from there.
  await page.keyboard.press("Home");
  assert.match(await selectedTab(page), /^Overview/);
  await inspector.close();
});

test("brackets go from layer to layer, and stop at the ends", async () => {
  const inspector = await opened();
  const { page } = inspector;
  for (const layer of [1, 2, 3]) {
    await page.keyboard.press("]");
    await page.getByRole("heading", { name: new RegExp(`^Layer ${layer} of 6`) }).waitFor();
  }
  for (let press = 0; press < 5; press += 1) await page.keyboard.press("[");
  await page.locator("layerglass-layer").getByRole("heading", { name: "All layers together" }).waitFor();
  for (let press = 0; press < 9; press += 1) await page.keyboard.press("]");
  await page.getByRole("heading", { name: /^Layer 6 of 6/ }).waitFor();
  // In the tree too: these signs begin no name.
  await inspector.tree.focus();
  await page.keyboard.press("[");
  await page.getByRole("heading", { name: /^Layer 5 of 6/ }).waitFor();
  await inspector.close();
});

test("a slash leads to where one types what to look for", async () => {
  const inspector = await opened();
  const { page } = inspector;
  await page.keyboard.press("/");
  assert.match(await selectedTab(page), /^Files/);
  await page.locator("layerglass-files input[type=search]:focus").waitFor();
  // What is typed there is typed, whatever the keys mean elsewhere.
  await page.keyboard.type("o/t?[1s");
  assert.equal(await page.locator("layerglass-files input[type=search]").inputValue(), "o/t?[1s");
  assert.match(await selectedTab(page), /^Files/);
  assert.equal(await page.getByRole("dialog").count(), 0);
  await inspector.close();
});

test("letters look for names in the tree, and mean nothing else there", async () => {
  const inspector = await opened();
  const { page } = inspector;
  await inspector.files("all");
  await inspector.tree.focus();
  const theme = await page.evaluate(() => document.documentElement.dataset["theme"]);
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), theme);
  await page.locator("layerglass-tree [role=row][aria-selected=true] .text", { hasText: /^t/i }).waitFor();
  await inspector.close();
});

test("save as, colours, opening and a link have keys", async () => {
  const inspector = await opened({ ...WIDE, permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = inspector;
  await page.keyboard.press("s");
  await page.getByRole("dialog", { name: "Save as…" }).waitFor();
  // Over a dialog the keys of the page mean nothing.
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), undefined);
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
  await page.keyboard.press("y");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /#quirks:1$/);
  await choose(page, "o");
  await inspector.scanned();
  await inspector.close();
});

test("on the first screen a file is opened by a key", async () => {
  const inspector = await stage.inspector();
  await choose(inspector.page, "o");
  await inspector.scanned();
  await inspector.close();
});

test("keys of a single sign can be switched off, and that is remembered", async () => {
  const inspector = await opened();
  const { page } = inspector;
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: /^Keys of a single letter/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("2");
  assert.match(await selectedTab(page), /^Overview/);
  await page.reload();
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.getByRole("button", { name: "Keys" }).click();
  await page.getByRole("checkbox", { name: /^Keys of a single letter/ }).check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await inspector.close();
});

test("keys with Control, Alt or Meta stay the browser's", async () => {
  const inspector = await opened();
  const { page } = inspector;
  for (const key of ["Alt+2", "Control+/", "Meta+s"]) await page.keyboard.press(key);
  assert.match(await selectedTab(page), /^Overview/);
  assert.equal(await page.getByRole("dialog").count(), 0);
  await inspector.close();
});

test("a file without images has the page's keys, its name as title, and no place", async () => {
  const sif = find((entry) => entry.name.endsWith(".sif"));
  const inspector = await stage.inspector({ query: "#quirks:1/2" });
  const { page } = inspector;
  await inspector.pick(sif.path);
  await page.locator("layerglass-report").waitFor();
  assert.match(await page.title(), new RegExp(`^${sif.name} `));
  // Keys of an image do nothing here.
  for (const key of ["2", "]", "/", "s", "y"]) await page.keyboard.press(key);
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await choose(page, "o");
  await inspector.scanned();
  await inspector.close();
});
