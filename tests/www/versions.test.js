import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { dialogOf, rowsOf } from "./support/preview.js";
import { downloaded, filesOf, opened, row } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

const TEXTS = {
  first: "# settings\nname = one\nsize = 10\n",
  second: "# settings\nname = two\nsize = 10\ncolour = red\n",
};

/** A file that is added, touched, given away, changed, deleted and written anew. */
const LIFE = [
  tar([{ name: "etc/app.conf", contents: TEXTS.first }]),
  tar([{ name: "etc/app.conf", contents: TEXTS.first, mode: 0o600 }]),
  tar([{ name: "etc/app.conf", contents: TEXTS.second, uid: 7, gid: 8, mode: 0o600 }]),
  tar([{ name: "etc/.wh.app.conf" }]),
  tar([{ name: "other", contents: "x" }]),
  tar([{ name: "etc/app.conf", type: "2", link: "other" }]),
];

/** @param {import("playwright-core").Locator} entry */
async function versionsOf(entry) {
  await entry.getByRole("button", { name: "All versions" }).click();
  const versions = entry
    .getByRole("list", { name: "Versions, the lowest layer first" })
    .getByRole("listitem");
  await versions.first().waitFor();
  return versions;
}

/** @param {import("playwright-core").BrowserContextOptions} [options] */
async function life(options) {
  const inspector = await opened(stage, await stage.made("life.tar", dockerArchive(LIFE)), options);
  await inspector.files(4);
  return inspector;
}

test("what became of a path is told layer by layer, with what changed", async () => {
  const inspector = await life();
  const versions = await versionsOf(await row(inspector, "etc/app.conf"));
  assert.equal(await versions.count(), 5);
  const texts = await versions.allInnerTexts();
  const expected = [
    [/layer 1\s+added/],
    [/layer 2\s+modified/, /mode rw-r--r-- → rw-------/, /the same contents/],
    [
      /layer 3\s+modified/,
      /size 32 B → 45 B/,
      /owner 0:0 → 7:8/,
      /other contents/,
      /until layer 4 deletes it/,
    ],
    [/layer 4\s+deleted/, /the image still holds what layer 3 wrote, 45 B/],
    [/layer 6\s+added/, /a symbolic link/],
  ];
  for (const [at, patterns] of expected.entries())
    for (const pattern of patterns) assert.match(texts[at] ?? "", pattern, `version ${at + 1}`);
  assert.ok(!/size|owner/.test(texts[1] ?? ""), "nothing else changed");
  assert.deepEqual(await violations(inspector.page), []);
  await inspector.close();
});

test("a deleted file is looked at and recovered", async () => {
  const inspector = await life();
  const { page } = inspector;
  const versions = await versionsOf(await row(inspector, "etc/app.conf"));
  const deletion = versions.nth(3);
  await deletion.getByRole("button", { name: /^Preview the deleted file/ }).click();
  const dialog = dialogOf(inspector);
  await dialog.getByText("as layer 3 wrote it; layer 4 deletes it").waitFor();
  assert.equal((await rowsOf(dialog, "layerglass-text"))[1], "2name = two");
  await page.keyboard.press("Escape");
  const saved = await downloaded(inspector, deletion.getByRole("button", { name: /^Recover/ }));
  assert.deepEqual([saved.name, saved.bytes.toString()], ["app.conf", TEXTS.second]);
  await inspector.close();
});

test("any two versions are compared, the lower one as what it was", async () => {
  const inspector = await life();
  const { page } = inspector;
  const versions = await versionsOf(await row(inspector, "etc/app.conf"));
  // The upper one is chosen first.
  await versions
    .nth(2)
    .getByRole("button", { name: /^Compare…/ })
    .click();
  await page.getByText("Choose what layer 3 wrote is compared with").waitFor();
  await versions
    .nth(0)
    .getByRole("button", { name: /^Compare with this/ })
    .click();
  const dialog = dialogOf(inspector);
  await dialog.getByText("2 lines added, 1 line removed").waitFor();
  await dialog.getByText(/as layer 1 wrote it.*→.*as layer 3 wrote it/).waitFor();
  assert.deepEqual(await dialog.locator("layerglass-diff-rows del b").allTextContents(), ["one"]);
  assert.deepEqual(await dialog.locator("layerglass-diff-rows ins b").allTextContents(), ["two"]);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  // What changed between a version and the one before it takes one button.
  await versions
    .nth(2)
    .getByRole("button", { name: /^What changed/ })
    .click();
  await dialogOf(inspector)
    .getByText(/as layer 2 wrote it.*→.*as layer 3 wrote it/)
    .waitFor();
  await inspector.close();
});

test("versions of a real image are those of its layers, seen from one layer and from all", async () => {
  const { path } = find(({ name }) => name === "quirks.docker28.tar");
  const inspector = await opened(stage, path);
  const { page } = inspector;
  const layers = [await filesOf(path, 0), await filesOf(path, 1)];
  // Removed by the second layer: only there it is still in the list.
  await inspector.files(2);
  const gone = await versionsOf(await row(inspector, "q/gone/file"));
  assert.match((await gone.allInnerTexts()).join("\n"), /layer 1\s+added[\s\S]*layer 2\s+deleted/);
  const recovered = await downloaded(inspector, gone.nth(1).getByRole("button", { name: /^Recover/ }));
  assert.deepEqual(recovered.bytes, layers[0]?.get("q/gone/file"));
  await inspector.files("all");
  const versions = await versionsOf(await row(inspector, "q/dir/replaced"));
  for (const [at, files] of layers.entries()) {
    await versions
      .nth(at)
      .getByRole("button", { name: /^Preview/ })
      .click();
    const dialog = dialogOf(inspector);
    const text = files.get("q/dir/replaced")?.toString() ?? "";
    assert.equal((await rowsOf(dialog, "layerglass-text"))[0], `1${text.split("\n")[0]}`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
  await versions
    .nth(1)
    .getByRole("button", { name: /^What changed/ })
    .click();
  await dialogOf(inspector).locator("layerglass-diff-rows .row").first().waitFor();
  assert.deepEqual(await violations(page), []);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`versions and their comparison are accessible and fit ${width} px, ${colorScheme}`, async () => {
      const inspector = await life({ colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      const versions = await versionsOf(await row(inspector, "etc/app.conf"));
      const look = async (/** @type {string} */ name) => {
        assert.ok((await inspector.overflow()) <= 0, `${name} is wider than the window`);
        assert.deepEqual(await violations(page), [], name);
        if (SCREENSHOTS)
          await page.screenshot({ path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png` });
      };
      await versions.nth(2).scrollIntoViewIfNeeded();
      await look("versions");
      await versions
        .nth(2)
        .getByRole("button", { name: /^What changed/ })
        .click();
      await dialogOf(inspector).locator("layerglass-diff-rows .row").first().waitFor();
      await look("comparison");
      await inspector.close();
    });
  }
}
