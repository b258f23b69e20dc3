import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { countFiles, FOLDER, fileAt, writeManyFiles } from "../support/many-files.js";
import { found, opened, search } from "./support/filter.js";
import { start } from "./support/inspector.js";

/** How many files the image has. */
const MANY = 200_000;

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

test(`of ${MANY.toLocaleString("en-US")} files all can be looked through, filtered and sorted`, async () => {
  const path = join(stage.folder, "many.tar");
  const { folders } = await writeManyFiles(path, MANY);
  const inspector = await opened(stage, path);
  const { page } = inspector;
  const rows = MANY + folders;
  const drawn = () => page.locator("layerglass-tree .body .row").count();
  await inspector.tree.focus();
  await page.keyboard.press("*");
  await page.locator(`layerglass-tree [aria-rowcount="${rows + 1}"]`).waitFor();
  assert.ok((await drawn()) < 300);

  // Page by page: what is seen has no gap, and is what stands at that place.
  const nameAt = (/** @type {number} */ row) => {
    if (row < 2) return row === 0 ? "usr" : "share";
    const [folder, at] = [Math.floor((row - 2) / (FOLDER + 1)), (row - 2) % (FOLDER + 1)];
    return at === 0
      ? `part-${String(folder).padStart(4, "0")}`
      : fileAt(folder * FOLDER + at - 1).path.replace(/.*\//, "");
  };
  for (let step = 1; step <= 40; step += 1) {
    await inspector.tree.evaluate((grid, part) => {
      grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * part;
    }, step / 40);
    await page.waitForFunction(() => {
      const root = document
        .querySelector("layerglass-app")
        ?.shadowRoot?.querySelector("layerglass-inspector")
        ?.shadowRoot?.querySelector("layerglass-files")
        ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
      const grid = root?.querySelector(".grid")?.getBoundingClientRect();
      const places = [...(root?.querySelectorAll(".body .row") ?? [])].map((row) =>
        row.getBoundingClientRect(),
      );
      const isFilled =
        grid !== undefined &&
        Math.min(...places.map(({ top }) => top)) <= grid.top + 60 &&
        Math.max(...places.map(({ bottom }) => bottom)) >= grid.bottom - 1;
      return isFilled && root?.querySelector(".body .row.waiting") === null;
    });
    const seen = await page.evaluate(() => {
      const root = document
        .querySelector("layerglass-app")
        ?.shadowRoot?.querySelector("layerglass-inspector")
        ?.shadowRoot?.querySelector("layerglass-files")
        ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
      const grid = root?.querySelector(".grid")?.getBoundingClientRect();
      const rows = [...(root?.querySelectorAll(".body .row") ?? [])].map((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        const index = Number(row.getAttribute("aria-rowindex")) - 2;
        return { index, top, bottom, name: row.querySelector(".text")?.textContent?.trim() };
      });
      rows.sort((a, b) => a.index - b.index);
      return { rows, top: grid?.top ?? 0, bottom: grid?.bottom ?? 0 };
    });
    assert.ok(seen.rows.length < 300, `${seen.rows.length} rows are drawn`);
    for (const [at, { index, top, name }] of seen.rows.entries()) {
      assert.equal(name, nameAt(index), `row ${index}`);
      const above = seen.rows[at - 1];
      if (above) assert.ok(index === above.index + 1 && Math.abs(top - above.bottom) < 0.5, "rows join");
    }
    assert.ok(
      (seen.rows[0]?.top ?? 0) <= seen.top + 60 && (seen.rows.at(-1)?.bottom ?? 0) >= seen.bottom - 1,
      "the window is filled",
    );
  }

  // A word that is typed leads to its row at once, however far that is.
  await page.keyboard.press("Home");
  await inspector.tree.evaluate((grid) => {
    for (const key of "file-198765") grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  });
  await page.locator("layerglass-tree [aria-selected=true] .text", { hasText: "file-198765" }).waitFor();

  await search(inspector, "text", "FILE-0001");
  await found(
    inspector,
    countFiles(MANY, (file) => file.path.includes("file-0001")),
  );
  await search(inspector, "glob", "usr/share/part-00*/*.so");
  await found(
    inspector,
    countFiles(MANY, (file) => /part-00\d\d\/.*\.so$/.test(file.path)),
  );
  await search(inspector, "expression", "[13579]7\\.(pem|h)$");
  await found(
    inspector,
    countFiles(MANY, (file) => /[13579]7\.(pem|h)$/.test(file.path)),
  );
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Mode", { exact: true }).selectOption("suid");
  await found(
    inspector,
    countFiles(MANY, ({ mode }) => (mode & 0o6000) !== 0),
  );
  await page.getByLabel("Owner").fill("1000");
  await found(
    inspector,
    countFiles(MANY, ({ mode, uid }) => (mode & 0o6000) !== 0 && uid === 1000),
  );
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Kind").selectOption("file");
  await page.getByRole("button", { name: "Flat list" }).click();
  await page
    .locator("layerglass-tree")
    .getByRole("columnheader", { name: "Modified" })
    .getByRole("button")
    .click();
  let newest = fileAt(0);
  for (let index = 1; index < MANY; index += 1)
    if (fileAt(index).mtime > newest.mtime) newest = fileAt(index);
  await page
    .locator("layerglass-tree [aria-rowindex='2'] .text", { hasText: newest.path.replace(/.*\//, "") })
    .waitFor();
  assert.ok((await drawn()) < 300);
  await inspector.close();
  await rm(path);
});
