import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { find, IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { dialogOf, previewed, rowsOf } from "./support/preview.js";
import { HOSTILE_MARKUP, layer } from "./support/preview-image.js";
import { downloaded, filesOf, opened } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/** @param {import("playwright-core").BrowserContextOptions} [options] */
async function open(options) {
  const inspector = await opened(stage, await stage.made("preview.tar", dockerArchive([layer])), options);
  await inspector.files("all");
  return inspector;
}

/** Nothing of an image ran. @param {Awaited<ReturnType<typeof open>>} inspector */
async function _harmless({ page }) {
  assert.equal(await page.evaluate(() => Reflect.get(globalThis, "ran")), undefined);
}

test("of a huge file only the beginning is read, and more when it is asked for", async () => {
  // 300 MB of which a sparse entry of the tar holds nothing: pax says where the data is.
  const size = 300 * 1000 * 1000;
  const map = Buffer.alloc(512);
  map.write("1\n0\n13\n");
  const sparse = tar([
    {
      name: "GNUSparseFile.0/huge.log",
      contents: Buffer.concat([map, Buffer.from("the beginning")]),
      pax: {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "huge.log",
        "GNU.sparse.realsize": String(size),
      },
    },
  ]);
  const inspector = await opened(stage, await stage.made("huge.tar", dockerArchive([sparse])));
  await inspector.files("all");
  const dialog = await previewed(inspector, "huge.log");
  await dialog.getByText("Only the first 262 kB of 300 MB are shown.").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await dialog.getByText("Only the first 1.0 MB of 300 MB are shown.").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await dialog.getByText("Only the first 4.2 MB of 300 MB are shown.").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await dialog
    .getByText("Only the first 16.8 MB of 300 MB are shown. Save the file to see the rest.")
    .waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Show more" }).count(), 0);
  assert.ok((await dialog.locator("layerglass-hex .row").count()) <= 300);
  await inspector.close();
});

test("a preview opens with the space bar and closes with Escape, and the tree has the focus again", async () => {
  const inspector = await open();
  const { page } = inspector;
  await page.getByRole("searchbox", { name: "Find by path" }).fill("words.txt");
  await page.locator("layerglass-tree .text", { hasText: "words.txt" }).waitFor();
  await inspector.tree.focus();
  await page.keyboard.press("End");
  await page.keyboard.press(" ");
  const dialog = dialogOf(inspector);
  await dialog.getByText("5,000 lines").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await inspector.tree.evaluate((tree) => tree.getRootNode().activeElement === tree));
  // Another file takes the place of what was read before.
  const empty = await previewed(inspector, "a/empty");
  await empty.getByText("This file is empty").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox", { name: "Find by path" }).fill("a/link");
  await page.locator("layerglass-tree .text", { hasText: /^link/ }).click();
  const entry = page.locator("layerglass-entry");
  await entry.getByText("symbolic link", { exact: true }).waitFor();
  assert.equal(await entry.getByRole("button", { name: /^Preview/ }).count(), 0);
  await inspector.close();
});

test("what is looked at is saved, byte by byte", async () => {
  const inspector = await open();
  const dialog = await previewed(inspector, "a/page.html");
  const saved = await downloaded(inspector, dialog.getByRole("button", { name: "Save" }));
  assert.equal(saved.name, "page.html");
  assert.equal(saved.bytes.toString(), HOSTILE_MARKUP);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`each kind of preview is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const inspector = await open({ colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      for (const [path, part] of [
        ["a/script", "layerglass-text .comment"],
        ["a/data.json", "layerglass-json .row"],
        ["a/random", "layerglass-hex .row"],
        ["a/picture.png", "layerglass-picture p"],
        ["a/tool", "layerglass-summary dl"],
      ]) {
        const dialog = await previewed(inspector, path ?? "");
        await dialog
          .locator(part ?? "")
          .first()
          .waitFor();
        assert.ok((await inspector.overflow()) <= 0, `${path} is wider than the window`);
        assert.deepEqual(await violations(page), [], path);
        if (SCREENSHOTS)
          await page.screenshot({
            path: `${SCREENSHOTS}/preview-${path?.slice(2)}-${colorScheme}-${width}.png`,
          });
        if (width === 360) await dialog.getByRole("button", { name: "Back" }).click();
        else await dialog.getByRole("button", { name: "Close" }).click();
        await dialog.waitFor({ state: "detached" });
        if (width < 990)
          await page
            .locator("layerglass-entry")
            .getByRole("button", { name: "Close" })
            .click()
            .catch(() => {});
      }
      await inspector.close();
    });
  }
}

test("what is being read is let go of when something else is looked at, or nothing", async () => {
  const inspector = await open();
  const { page } = inspector;
  await previewed(inspector, "a/empty");
  await page.keyboard.press("Escape");
  const told = await page.evaluate(async () => {
    /** @type {AbortSignal[]} */
    const signals = [];
    const endless = (/** @type {string} */ path) => ({
      path,
      label: "made",
      /** @param {number} _most @param {AbortSignal} signal @param {(bytes: number) => void} onProgress */
      read: (_most, signal, onProgress) => {
        signals.push(signal);
        onProgress(1_500_000);
        return new Promise(() => {});
      },
    });
    const preview = Object.assign(document.createElement("layerglass-preview"), { source: endless("one") });
    document.body.append(preview);
    const drawn = async () => {
      await Reflect.get(preview, "updateComplete");
      await Reflect.get(preview, "updateComplete");
      return preview.shadowRoot?.querySelector(".body")?.textContent?.replace(/\s+/g, " ") ?? "";
    };
    const words = await drawn();
    Object.assign(preview, { source: endless("two") });
    await drawn();
    const afterOther = signals.map(({ aborted }) => aborted);
    preview.remove();
    return { words, afterOther, afterRemoval: signals.map(({ aborted }) => aborted) };
  });
  assert.match(told.words, /The file is being read: 1\.5 MB/);
  assert.deepEqual(told.afterOther, [true, false]);
  assert.deepEqual(told.afterRemoval, [true, true]);
  await inspector.close();
});

test("a text of nothing that can be seen does not fill the page", async () => {
  const contents = "\u202E\u200B".repeat(100_000);
  const image = dockerArchive([tar([{ name: "unseen.txt", contents }])]);
  const inspector = await opened(stage, await stage.made("unseen.tar", image));
  await inspector.files("all");
  const dialog = await previewed(inspector, "unseen.txt");
  assert.match((await rowsOf(dialog, "layerglass-text"))[0] ?? "", /^1202E200B.*⟨202E⟩⟨200B⟩$/);
  const elements = await dialog
    .locator("layerglass-text")
    .evaluate((element) => element.shadowRoot?.querySelectorAll("*").length ?? 0);
  assert.ok(elements < 20_000, `${elements} elements`);
  await inspector.close();
});

test("with forced colours, reduced motion and large text the preview stays usable", async () => {
  const inspector = await open({
    forcedColors: "active",
    reducedMotion: "reduce",
    viewport: { width: 720, height: 450 },
  });
  const { page } = inspector;
  // Twice the size, as a zoom of 200 % has it on a window twice as large.
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "32px";
  });
  const dialog = await previewed(inspector, "a/script");
  await dialog.locator("layerglass-text .comment").first().waitFor();
  assert.ok((await inspector.overflow()) <= 0);
  assert.deepEqual(await violations(page), []);
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/preview-large-forced.png` });
  const body = await dialog.locator("layerglass-text").boundingBox();
  assert.ok(body && body.height > 60, "there is room for the text");
  await inspector.close();
});

test("files of real images are looked into, however their layers are stored", async () => {
  for (const name of [
    "quirks.docker20.tar.gz",
    "quirks.docker28-containerd.tar",
    "quirks.podman.oci.tar",
    "quirks.zstd.oci.tar",
    "quirks.estargz.oci.tar",
  ]) {
    const { path } = find((entry) => entry.name === name);
    // What is stored is known from the plain layers of another file of the same image.
    const known = (await filesOf(`${IMAGES}/quirks.docker28.tar`, 1)).get("q/dir/replaced")?.toString() ?? "";
    assert.notEqual(known, "");
    const inspector = await opened(stage, path);
    await inspector.files("all");
    const dialog = await previewed(inspector, "q/dir/replaced");
    assert.equal((await rowsOf(dialog, "layerglass-text"))[0], `1${known.split("\n")[0]}`, name);
    await inspector.close();
  }
});
