import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./support/axe.js";
import { start } from "./support/inspector.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

test("the first screen says what the page is for and asks for a file", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  assert.equal(await page.title(), "Layerglass");
  await page.getByRole("heading", { name: "See inside a container image" }).waitFor();
  for (const name of ["Choose a file", "Choose a folder", "or look at a small sample"]) {
    assert.ok(await page.getByRole("button", { name }).isVisible(), name);
  }
  await inspector.close();
});

test("the sample opens from the first screen and from an address", async () => {
  const inspector = await stage.inspector();
  await inspector.page.getByRole("button", { name: "or look at a small sample" }).click();
  await inspector.scanned();
  const title = await inspector.page.getByRole("heading", { level: 1 }).innerText();
  await inspector.close();
  const addressed = await stage.inspector({ query: "?open=sample" });
  await addressed.scanned();
  assert.equal(await addressed.page.getByRole("heading", { level: 1 }).innerText(), title);
  await addressed.close();
});

test("the colours go from the system's to light to dark, and are remembered", async () => {
  const inspector = await stage.inspector({ colorScheme: "dark" });
  const { page } = inspector;
  const scheme = () =>
    page.evaluate(() => [
      document.documentElement.dataset.theme,
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.documentElement).backgroundColor,
    ]);
  const button = page.getByRole("button", { name: /^Colours/ });
  const [, , dark] = await scheme();
  await button.click();
  const [theme, , light] = await scheme();
  assert.equal(theme, "light");
  assert.notEqual(light, dark);
  await page.reload();
  assert.deepEqual(
    (await scheme()).filter((_, index) => index !== 1),
    ["light", light],
  );
  await button.click();
  assert.deepEqual(
    (await scheme()).filter((_, index) => index !== 1),
    ["dark", dark],
  );
  await button.click();
  assert.deepEqual(
    (await scheme()).filter((_, index) => index !== 1),
    [undefined, dark],
  );
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`the first screen is accessible and fits every width, ${colorScheme}`, async () => {
    for (const width of [320, 360, 800, 1440]) {
      const inspector = await stage.inspector({ colorScheme, viewport: { width, height: 800 } });
      assert.ok((await inspector.overflow()) <= 0, `${width} px`);
      assert.deepEqual(await violations(inspector.page), [], `${width} px`);
      await inspector.close();
    }
  });
}

test("the first screen is worked with the keyboard alone", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).focus();
  await page.keyboard.press("Enter");
  assert.equal((await chooser).isMultiple(), false);
  await inspector.close();
});

test("what takes long to be found is told and can be cancelled, and does not come up afterwards", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  let answered = 0;
  /** @type {(value?: unknown) => void} */
  let answer = () => {};
  const held = new Promise((resolve) => {
    answer = resolve;
  });
  await page.route("**/slow/", async (route) => {
    await held;
    answered += 1;
    await route.fulfill({ status: 404 });
  });
  await page.goto(`${inspector.origin}/?open=/slow/&name=slow.tar`);
  const line = page.getByRole("status").filter({ hasText: "Looking for the files of slow.tar" });
  await line.waitFor();
  await page.getByRole("button", { name: "Cancel looking" }).click();
  await line.waitFor({ state: "detached" });
  const response = page.waitForResponse("**/slow/");
  answer();
  await response;
  assert.equal(answered, 1);
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.getByRole("button", { name: "Choose a file" }).waitFor();
  // The browser notes that the answer was none; that is the answer which nobody waited for.
  inspector.problems = inspector.problems.filter((problem) => !problem.includes("404"));
  await inspector.close();
});
