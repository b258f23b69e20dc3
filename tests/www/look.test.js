import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./support/axe.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { dialog, downloaded, opened } from "./support/saving.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/** Waits until nothing that is seen is still being put together. @param {import("playwright-core").Page} page */
async function settled(page) {
  await page.locator("[aria-busy=true]:visible").first().waitFor({ state: "hidden" });
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
}

/**
 * Looks at what is shown: nothing is wider than the window, nothing but what scrolls is longer, and axe finds nothing.
 * @param {Awaited<ReturnType<typeof stage.inspector>>} inspector @param {string} view @param {string} name
 */
async function look(inspector, view, name) {
  const { page } = inspector;
  await settled(page);
  assert.ok((await inspector.overflow()) <= 0, `${view} is wider than the window`);
  const blank = await page.evaluate(() => {
    const { scrollHeight } = document.documentElement;
    const app = document.querySelector("layerglass-app")?.getBoundingClientRect();
    return scrollHeight - Math.ceil((app?.bottom ?? 0) + scrollY);
  });
  assert.ok(blank <= 0, `${view} has ${blank} pixels of nothing below it`);
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${view}-${name}.png` });
  assert.deepEqual(await violations(page), [], view);
}

/**
 * Looks at every tab that there is, and at the files of one layer beside those of all.
 * @param {Awaited<ReturnType<typeof stage.inspector>>} inspector @param {string} name
 */
async function lookAtAll(inspector, name) {
  const { page } = inspector;
  const tabs = await page.getByRole("tab").evaluateAll((all) => all.map((tab) => tab.id));
  assert.ok(tabs.length >= 4, tabs.join());
  for (const tab of tabs) {
    await page.locator(`#${tab}`).click();
    await page.locator(`#${tab}[aria-selected=true]`).waitFor();
    if (tab === "tab-files") await page.locator("layerglass-tree .row").first().click();
    await look(inspector, tab.slice(4), name);
  }
  await inspector.files(2);
  await page.locator("layerglass-tree .row").first().waitFor();
  await look(inspector, "changes", name);
  return tabs;
}

/** A file of two images, so that all parts of the page are there. */
function two() {
  return find((each) => each.images.length > 1 && !each.folder).path;
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`every view is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const inspector = await stage.inspector({ colorScheme, viewport: { width, height: 900 } });
      await look(inspector, "start", `${colorScheme}-${width}`);
      await inspector.pick(two());
      await inspector.scanned();
      const tabs = await lookAtAll(inspector, `${colorScheme}-${width}`);
      assert.equal(tabs.includes("tab-layers"), width < 990);
      await inspector.close();
    });
  }

  test(`a file without images is named, accessibly and at 360 px, ${colorScheme}`, async () => {
    const inspector = await stage.inspector({ colorScheme, viewport: { width: 360, height: 800 } });
    const entry = find((each) => each.images.length === 0 && !each.folder && each.name.endsWith(".sif"));
    await inspector.pick(entry.path);
    await inspector.page.locator("layerglass-report").waitFor();
    assert.ok((await inspector.overflow()) <= 0);
    assert.deepEqual(await violations(inspector.page), []);
    if (SCREENSHOTS)
      await inspector.page.screenshot({ path: `${SCREENSHOTS}/report-${colorScheme}-360.png` });
    await inspector.close();
  });

  test(`an error is accessible and fits 360 px, ${colorScheme}`, async () => {
    const inspector = await stage.inspector({ colorScheme, viewport: { width: 360, height: 800 } });
    await inspector.pick(await stage.made("notes.txt", "no image"));
    await inspector.page.getByRole("alert").waitFor();
    assert.ok((await inspector.overflow()) <= 0);
    assert.deepEqual(await violations(inspector.page), []);
    await inspector.close();
  });
}

test("at 200 % zoom every view still fits, and is accessible", async () => {
  const inspector = await stage.inspector({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });
  await inspector.pick(two());
  await inspector.scanned();
  await lookAtAll(inspector, "zoomed");
  await inspector.close();
});

test("with forced colours and reduced motion every view stays usable, and nothing moves", async () => {
  const inspector = await stage.inspector({
    forcedColors: "active",
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
  });
  const { page } = inspector;
  const animations = () => page.evaluate(() => document.getAnimations().length);
  await inspector.pick(two());
  assert.equal(await animations(), 0);
  await inspector.scanned();
  for (const tab of await page.getByRole("tab").all()) {
    await tab.click();
    await settled(page);
    assert.equal(await animations(), 0);
    // What is chosen is told by more than a colour of the page's own, which is not there now.
    const mark = await tab.evaluate((element) => getComputedStyle(element, "::after").backgroundColor);
    const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.notEqual(mark, ground);
    if (SCREENSHOTS)
      await page.screenshot({ path: `${SCREENSHOTS}/${await tab.getAttribute("id")}-forced.png` });
  }
  await inspector.close();
});

test("at the end of a small page nothing is blank below the list of saved files", async () => {
  const inspector = await opened(stage, two(), { viewport: { width: 360, height: 800 } });
  const { page } = inspector;
  const saving = await dialog(inspector);
  await downloaded(inspector, saving.getByRole("button", { name: "Save", exact: true }));
  for (const tab of await page.getByRole("tab").all()) {
    await tab.click();
    await settled(page);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const bar = await page.locator("layerglass-savings").boundingBox();
    assert.ok(bar && Math.abs(bar.y + bar.height - 800) <= 1, JSON.stringify(bar));
  }
  await inspector.close();
});
