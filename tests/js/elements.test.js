/** The elements in somebody else's page, in Chromium: the README's example, bundled and under a strict policy. */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openArchive } from "layerglass/archive";
import { build } from "vite";
import { violations } from "../www/support/axe.js";
import { serve } from "./browser/server.js";
import { launch, openPage } from "./support/chromium.js";
import { pathOf } from "./support/folder.js";
import { ONE_TAG } from "./support/one-tag.js";

const IMAGE = "quirks.docker28.tar";
const TWO = "shared.docker20.tar";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-elements-"));
let server;
let browser;
let page;
let complaints;

before(async () => {
  // Below the workspace, so that the package is found by its name.
  const root = await mkdtemp(fileURLToPath(new URL("elements-site-", import.meta.url)));
  const site = join(scratch, "site");
  try {
    await writeFile(join(root, "index.html"), ONE_TAG);
    const more = 'import { openArchive } from "layerglass/archive";\nglobalThis.openArchive = openArchive;\n';
    await writeFile(join(root, "more.js"), more);
    await writeFile(
      join(root, "more.html"),
      '<!doctype html><html lang="en"><head><title>more</title><link rel="icon" href="data:,"></head><body><script type="module">import "layerglass/elements"; import "./more.js";</script></body></html>',
    );
    await build({
      root,
      configFile: false,
      logLevel: "warn",
      worker: { format: "es" },
      build: {
        outDir: site,
        emptyOutDir: true,
        target: "es2022",
        rollupOptions: { input: [join(root, "index.html"), join(root, "more.html")] },
      },
    });
  } finally {
    await rm(root, { recursive: true });
  }
  await mkdir(site, { recursive: true });
  await copyFile(pathOf(IMAGE), join(site, "image.tar"));
  await copyFile(pathOf(TWO), join(site, "two.tar"));
  await writeFile(join(site, "broken.tar"), "no image");
  server = await serve({ "": site });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
  await rm(scratch, { recursive: true, force: true });
});

async function open(name) {
  ({ page, complaints } = await openPage(browser, `${server.address}/${name}`));
  await page.waitForFunction(() => customElements.get("layerglass-files"));
}

/** What an element shows, its parts included. */
const shown = (tag) =>
  page.evaluate((tag) => {
    const text = (node) => {
      if (node.nodeType === 3) return node.data;
      if (node.localName === "style") return "";
      return [...(node.shadowRoot ?? node).childNodes].map(text).join(" ");
    };
    return text(document.querySelector(tag));
  }, tag);

/** Waits until an element shows a text. */
async function shows(tag, wanted) {
  for (let tries = 0; ; tries++) {
    const text = await shown(tag);
    if (text.includes(wanted)) return text;
    assert.ok(tries < 100, `${tag} shows no "${wanted}" but: ${text.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("the README's example shows layers and files", { timeout: 60_000 }, async () => {
  await open("index.html");
  const archive = await openArchive(pathOf(IMAGE));
  await archive.scan();
  const tree = await archive.tree(0);
  const top = await tree.page(0, 5);
  const { entries } = tree.totals;
  archive.close();
  await shows("layerglass-files", `${entries} entries`);
  for (const { name } of top) await shows("layerglass-files", name);
  const layers = await page.evaluate(
    () =>
      document.querySelector("layerglass-layers").shadowRoot.querySelectorAll("button.row .sign-of .unseen")
        .length,
  );
  const [image] = archive.data.images;
  assert.equal(layers, image.layers.length);
  // It brings its own colours, and has a height.
  const [colour, height] = await page.evaluate(() => {
    const element = document.querySelector("layerglass-files");
    return [getComputedStyle(element).getPropertyValue("--accent"), element.clientHeight];
  });
  assert.ok(colour !== "" && height > 200, `${colour} ${height}`);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      // The page around the elements is somebody else's.
      const found = (await violations(page)).filter((violation) => violation.includes("layerglass-"));
      assert.deepEqual(found, [], `${colorScheme} ${width}`);
      if (process.env.LAYERGLASS_SCREENSHOTS)
        await page.screenshot({
          path: join(process.env.LAYERGLASS_SCREENSHOTS, `one-tag-${colorScheme}-${width}.png`),
          fullPage: true,
        });
    }
  }
  assert.deepEqual(complaints, []);
});

test("a file, an open archive, another image, and what is none", { timeout: 60_000 }, async () => {
  await open("more.html");
  const set = (source) =>
    page.evaluate(async (source) => {
      const element =
        document.querySelector("layerglass-files") ?? document.createElement("layerglass-files");
      const blob = async () => (await fetch("/image.tar")).blob();
      if (source === "file") element.src = new File([await blob()], "image.tar");
      else if (source === "archive") {
        globalThis.archive = await openArchive(await blob());
        element.src = globalThis.archive;
      } else element.setAttribute("src", source);
      document.body.append(element);
    }, source);
  await set("file");
  await shows("layerglass-files", "61 entries");
  await set("archive");
  await shows("layerglass-files", "61 entries");
  await set("/broken.tar");
  await shows("layerglass-files", "cannot be shown");
  await set("/absent.tar");
  await shows("layerglass-files", "the server answered 404");
  // What was given open stays open.
  assert.equal(await page.evaluate(() => globalThis.archive.scan().then(() => "open")), "open");
  await page.evaluate(() => document.querySelector("layerglass-files").setAttribute("image-index", "1"));
  await set("/two.tar");
  await shows("layerglass-files", "entries");
  assert.equal(await page.evaluate(() => document.querySelector("layerglass-files").image.index), 1);
  const closed = await page.evaluate(async () => {
    const element = document.querySelector("layerglass-files");
    const { archive } = element;
    element.remove();
    return archive.scan().then(
      () => "open",
      ({ code }) => code,
    );
  });
  assert.equal(closed, "closed", "what it opened ends with it");
});

test("the whole inspector with one tag, from which files are saved", { timeout: 60_000 }, async () => {
  await open("more.html");
  await page.evaluate(() => {
    // Without a dialogue the browser downloads.
    globalThis.showSaveFilePicker = undefined;
    document.body.innerHTML = '<layerglass-inspector src="/image.tar"></layerglass-inspector>';
  });
  await shows("layerglass-inspector", "Overview");
  await shows("layerglass-inspector", "quirks");
  const download = page.waitForEvent("download");
  await page.getByRole("tab", { name: /^Files/ }).click();
  await page.getByRole("button", { name: "Save as tar" }).click();
  assert.match((await download).suggestedFilename(), /\.tar$/);
  assert.deepEqual(complaints, []);
});
