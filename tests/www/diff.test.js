import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { dockerArchive } from "./support/image.js";
import { start } from "./support/inspector.js";
import { dialogOf } from "./support/preview.js";
import { opened, row } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const numbers = Array.from({ length: 400 }, (_, line) => `line ${line + 1}`);
const changed = numbers.flatMap((line, at) =>
  at === 99 ? [] : at === 199 ? ["line two hundred", "and one more"] : [line],
);
const noise = (/** @type {number} */ seed) =>
  Array.from({ length: 60_000 }, (_, at) => `${(at * 48_271 * seed) % 99_991} ${seed}`).join("\n");

const VERSIONS = {
  "a/long.txt": [numbers.join("\n"), changed.join("\n")],
  "a/bytes": [Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 99, 10])],
  "a/same.txt": ["equal\n", "equal\n"],
  "a/end.txt": ["equal\n", "equal"],
  "a/ends.txt": ["one\ntwo\n", "one\r\ntwo\r\n"],
  "a/noise.txt": [noise(3), noise(7)],
  "a/page.html": [
    "<script>globalThis.ran = 1</script>\n",
    "<script>globalThis.ran = 2</script><img src=x onerror='globalThis.ran = 3'>\u202e\n",
  ],
  "a/one-line.js": [
    `${"x".repeat(30_000)}1${"y".repeat(30_000)}`,
    `${"x".repeat(30_000)}2${"y".repeat(30_000)}`,
  ],
};

const image = dockerArchive(
  [0, 1].map((version) =>
    tar(
      Object.entries(VERSIONS).map(([name, contents]) => ({
        name,
        contents: contents[version] ?? "",
        mode: version === 0 ? 0o644 : 0o600,
      })),
    ),
  ),
);

/** What changed in a file. @param {string} path @param {import("playwright-core").BrowserContextOptions} [options] */
async function compared(path, options) {
  const inspector = await opened(stage, await stage.made("versions.tar", image), options);
  await inspector.files("all");
  const entry = await row(inspector, path);
  await entry.getByRole("button", { name: "All versions" }).click();
  await entry.getByRole("button", { name: /^What changed/ }).click();
  const dialog = dialogOf(inspector);
  await dialog.locator("footer span").first().waitFor({ timeout: 60_000 });
  return { inspector, dialog };
}

test("lines that were removed and added are those that diff tells", async () => {
  const { inspector, dialog } = await compared("a/long.txt");
  await dialog.getByText("2 lines added, 2 lines removed").waitFor();
  const [one, two] = [
    await stage.made("one", numbers.join("\n")),
    await stage.made("two", changed.join("\n")),
  ];
  let known = "";
  try {
    execFileSync("diff", [one, two], { encoding: "utf8" });
  } catch (error) {
    known = /** @type {{ stdout: string }} */ (error).stdout;
  }
  const texts = async (/** @type {string} */ name) =>
    (await dialog.locator(`layerglass-diff-rows ${name}`).allTextContents()).map((text) =>
      text.replace(/^\w+: /, ""),
    );
  const lines = (/** @type {string} */ sign) =>
    known
      .split("\n")
      .filter((line) => line.startsWith(`${sign} `))
      .map((line) => line.slice(2));
  assert.equal(lines("<").length, 2);
  assert.deepEqual(await texts("del"), lines("<"));
  assert.deepEqual(await texts("ins"), lines(">"));
  // Within the line only the words that changed are marked.
  assert.deepEqual(await dialog.locator("layerglass-diff-rows del b").allTextContents(), ["200"]);
  assert.deepEqual(await dialog.locator("layerglass-diff-rows ins b").allTextContents(), ["two hundred"]);
  await inspector.close();
});

test("unchanged lines are folded and opened, and keys go from change to change", async () => {
  const { inspector, dialog } = await compared("a/long.txt");
  const { page } = inspector;
  const folds = dialog.getByRole("button", { name: /^Show \d+ unchanged lines$/ });
  assert.deepEqual(
    await folds.allInnerTexts(),
    [96, 93, 197].map((lines) => `Show ${lines} unchanged lines`),
  );
  await dialog.getByText("2 changes").waitFor();
  await page.keyboard.press("n");
  await dialog.getByText("Change 1 of 2").waitFor();
  assert.match((await dialog.locator(".row.here").allTextContents()).join(), /removed: line 100/);
  await page.keyboard.press("n");
  await dialog.getByText("Change 2 of 2").waitFor();
  await page.keyboard.press("n");
  await dialog.getByText("Change 1 of 2").waitFor();
  await page.keyboard.press("p");
  await dialog.getByText("Change 2 of 2").waitFor();
  assert.match((await dialog.locator(".row.here").allTextContents()).join(), /added: line two hundred/);
  await folds.first().click();
  await dialog.getByRole("button", { name: "Previous change" }).click();
  await dialog.getByText("line 60", { exact: true }).first().waitFor({ state: "attached" });
  assert.equal(await folds.count(), 2);
  await inspector.close();
});

test("texts stand side by side where there is room, and else one below the other", async () => {
  const { inspector, dialog } = await compared("a/long.txt");
  const split = dialog.locator("layerglass-diff-rows .row.split");
  await split.first().waitFor();
  await dialog.getByRole("button", { name: "One below the other" }).click();
  await split.first().waitFor({ state: "detached" });
  await inspector.page.setViewportSize({ width: 700, height: 800 });
  await dialog.getByRole("button", { name: "Side by side" }).waitFor({ state: "detached" });
  await inspector.close();
});

test("other files are compared byte by byte", async () => {
  const { inspector, dialog } = await compared("a/bytes");
  await dialog.getByText("The first difference is at byte 9").waitFor();
  assert.deepEqual(await dialog.locator("layerglass-diff-rows del b").allTextContents(), ["09"]);
  assert.deepEqual(await dialog.locator("layerglass-diff-rows ins b").allTextContents(), ["63", "0a"]);
  await inspector.close();
});

test("files that are the same, or differ in how lines end, are said to", async () => {
  for (const [path, words] of [
    ["a/same.txt", "They are the same, byte by byte."],
    ["a/end.txt", "Only one of them ends with a line feed."],
    ["a/ends.txt", "2 lines added, 2 lines removed"],
  ]) {
    const { inspector, dialog } = await compared(path ?? "");
    await dialog
      .getByText(words ?? "")
      .first()
      .waitFor();
    await inspector.close();
  }
});

test("texts without a line in common do not keep the page waiting", async () => {
  const { inspector, dialog } = await compared("a/noise.txt");
  await dialog.locator("layerglass-diff-rows .row").first().waitFor();
  assert.ok((await dialog.locator("layerglass-diff-rows .row").count()) <= 300);
  // The page answers at once.
  await dialog.getByRole("button", { name: "Next change" }).click();
  await dialog.getByText("Change 1 of").waitFor({ timeout: 5000 });
  await inspector.close();
});

test("a change in a line of 60,000 characters is seen", async () => {
  const { inspector, dialog } = await compared("a/one-line.js");
  assert.deepEqual(await dialog.locator("layerglass-diff-rows del b").allTextContents(), ["1"]);
  assert.deepEqual(await dialog.locator("layerglass-diff-rows ins b").allTextContents(), ["2"]);
  await inspector.close();
});

test("markup that is compared stays text", async () => {
  const { inspector, dialog } = await compared("a/page.html");
  await dialog.locator("layerglass-diff-rows ins").first().waitFor();
  assert.match(
    (await dialog.locator("layerglass-diff-rows ins").textContent()) ?? "",
    /onerror='globalThis.ran = 3'>202E/,
  );
  assert.equal(await inspector.page.evaluate(() => Reflect.get(globalThis, "ran")), undefined);
  await inspector.close();
});
