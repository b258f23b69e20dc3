import assert from "node:assert/strict";
import { after, before, test } from "node:test";
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

/** Everything that is loaded for a view goes through here. @param {import("playwright-core").Page} page */
async function spaceScript(page) {
  /** @type {(value?: unknown) => void} */
  let answer = () => {};
  const held = new Promise((resolve) => {
    answer = resolve;
  });
  const state = { fails: false, asked: 0, answer };
  await page.route("**/assets/space-*.js", async (route) => {
    state.asked += 1;
    if (state.asked === 1) await held;
    if (state.fails) await route.abort();
    else await route.continue();
  });
  return state;
}

test("a view that is loaded when it is first shown says that it is on its way", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const script = await spaceScript(page);
  await inspector.pick(IMAGE);
  await inspector.scanned();
  assert.equal(script.asked, 0, "nothing of it is loaded before it is wanted");
  await inspector.tab("Space");
  const busy = page.locator("layerglass-tab [aria-busy=true]");
  await busy.getByText("“Space” is being loaded.").waitFor();
  assert.deepEqual(await violations(page), []);
  // Meanwhile one can look at something else.
  await inspector.tab("Checks");
  await page.locator("layerglass-checks .verdict").waitFor();
  script.answer();
  await inspector.tab("Space");
  await page.locator("layerglass-space").waitFor();
  await inspector.close();
});

test("a view that cannot be loaded says so, and can be asked for again", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const script = await spaceScript(page);
  script.fails = true;
  script.answer();
  await inspector.pick(IMAGE);
  await inspector.scanned();
  await inspector.tab("Space");
  const alert = page.locator("layerglass-tab").getByRole("alert");
  await alert.getByText("“Space” could not be loaded").waitFor();
  assert.deepEqual(await violations(page), []);
  // The rest of the page is as it was.
  await inspector.tab("Files");
  await inspector.tree.waitFor();
  await inspector.tab("Space");
  script.fails = false;
  await alert.getByRole("button", { name: "Try again" }).click();
  await page.locator("layerglass-space").waitFor();
  inspector.problems = inspector.problems.filter((problem) => !problem.includes("ERR_FAILED"));
  await inspector.close();
});

test("a view stays as it was left while another one is shown", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(IMAGE);
  await inspector.scanned();
  await inspector.tab("Space");
  await page.getByRole("button", { name: "Table" }).click();
  await inspector.tab("Overview");
  assert.equal(await page.locator("layerglass-space").count(), 0);
  await inspector.tab("Space");
  assert.equal(await page.getByRole("button", { name: "Table" }).getAttribute("aria-pressed"), "true");
  await inspector.close();
});

test("where the tabs do not fit they scroll, and the chosen one is in sight", async () => {
  const inspector = await stage.inspector({ viewport: { width: 360, height: 800 } });
  const { page } = inspector;
  await inspector.pick(IMAGE);
  await inspector.scanned();
  const tabs = await page.getByRole("tab").all();
  assert.ok(tabs.length >= 7, `${tabs.length} tabs`);
  await tabs[0]?.focus();
  for (const tab of tabs) {
    const box = await tab.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
    assert.equal(await tab.getAttribute("aria-selected"), "true");
    await page.keyboard.press("ArrowRight");
  }
  assert.equal(await tabs[0]?.getAttribute("aria-selected"), "true");
  assert.ok((await inspector.overflow()) <= 0);
  await inspector.close();
});
