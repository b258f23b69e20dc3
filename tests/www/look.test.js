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

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`every view is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const inspector = await stage.inspector({ colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      const look = async (/** @type {string} */ view) => {
        assert.ok((await inspector.overflow()) <= 0, `${view} is wider than the window`);
        assert.deepEqual(await violations(page), [], view);
        if (SCREENSHOTS)
          await page.screenshot({ path: `${SCREENSHOTS}/${view}-${colorScheme}-${width}.png` });
      };
      const entry = find((each) => each.images.length > 1 && !each.folder);
      await inspector.pick(entry.path);
      await inspector.scanned();
      await look("overview");
      if (width < 990) {
        await inspector.tab("Layers");
        await look("layers");
      }
      await inspector.files("all");
      await page.locator("layerglass-tree .row").first().click();
      await look("files");
      await inspector.files(2);
      await page.locator("layerglass-tree .row").first().waitFor();
      await look("changes");
      await inspector.tab("Checks");
      await look("checks");
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

test("with forced colours and reduced motion the page stays usable", async () => {
  const inspector = await stage.inspector({
    forcedColors: "active",
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
  });
  await inspector.pick(find((each) => each.images.length > 0 && !each.folder).path);
  await inspector.scanned();
  await inspector.files("all");
  await inspector.tree.waitFor();
  const animations = await inspector.page.evaluate(() => document.getAnimations().length);
  assert.equal(animations, 0);
  await inspector.close();
});
