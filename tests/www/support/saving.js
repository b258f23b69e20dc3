import { readFile } from "node:fs/promises";
import { openArchive } from "layerglass/archive";
import { members } from "./tar.js";

/** @typedef {import("./inspector.js").Inspector} Inspector */

/**
 * The page with a file open. Chromium's own dialogue for files cannot be driven: without it files come as downloads.
 * @param {Awaited<ReturnType<typeof import("./inspector.js").start>>} stage @param {string} path @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function opened(stage, path, options = { viewport: { width: 1440, height: 900 } }) {
  const inspector = await stage.inspector({ ...options, query: "?" });
  const { page } = inspector;
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.reload();
  await inspector.pick(path);
  await inspector.scanned();
  return inspector;
}

/** Clicks, and gives the name and the bytes of what is downloaded. @param {Inspector} inspector @param {import("playwright-core").Locator} button */
export async function downloaded({ page }, button) {
  const failure = page.locator("layerglass-savings").getByRole("alert");
  const failed = failure.waitFor().then(
    async () => Promise.reject(new Error(await failure.innerText())),
    () => new Promise(() => {}),
  );
  const [download] = await Promise.race([
    Promise.all([page.waitForEvent("download"), button.click()]),
    failed,
  ]);
  const bytes = await readFile(await download.path());
  await page.locator("layerglass-savings").getByText("is saved").last().waitFor();
  return { name: download.suggestedFilename(), bytes };
}

/** @param {Inspector} inspector */
export async function dialog({ page }) {
  await page.getByRole("button", { name: "Save as…" }).click();
  return page.getByRole("dialog", { name: "Save as…" });
}

/**
 * What the package makes of the same file in Node.
 * @param {string} path @param {(archive: import("layerglass/archive").Archive) => { stream: ReadableStream<Uint8Array> }} make
 */
export async function inNode(path, make) {
  const archive = await openArchive(path);
  try {
    const pieces = [];
    for await (const piece of make(archive).stream) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    archive.close();
  }
}

/** The files of a layer's tar, by name. @param {string} path @param {number} layer */
export async function filesOf(path, layer) {
  const archive = await openArchive(path);
  const blob = archive.data.layers[archive.data.images[0]?.layers[layer]?.blob ?? 0]?.path ?? "";
  archive.close();
  return members(members(await readFile(path)).get(blob) ?? Buffer.alloc(0));
}

/** Chooses a row by the end of its path. @param {Inspector} inspector @param {string} path */
export async function row({ page }, path) {
  await page.getByRole("searchbox", { name: "Find by path" }).fill(path);
  const name = page
    .locator("layerglass-tree .text", { hasText: new RegExp(`^${path.split("/").at(-1)}$`) })
    .first();
  const entry = page.locator("layerglass-entry");
  const shown = entry.getByText(`/${path}`, { exact: true });
  // The list is made anew a moment after the last key, and what was chosen before that is not chosen any more.
  await page.waitForFunction((wanted) => {
    const find = (/** @type {ParentNode} */ root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.localName === "layerglass-tree") return element;
        /** @type {Element | undefined} */
        const inner = element.shadowRoot ? find(element.shadowRoot) : undefined;
        if (inner) return inner;
      }
    };
    const tree = find(document);
    const filter = tree && Reflect.get(tree, "filter");
    return filter === wanted || filter?.text === wanted;
  }, path);
  await page.locator("layerglass-filter .outcome", { hasText: /match/ }).waitFor();
  for (let attempt = 0; attempt < 10 && !(await shown.isVisible()); attempt += 1) {
    await name.click();
    await shown.waitFor({ timeout: 1000 }).catch(() => {});
    await page.waitForTimeout(300);
  }
  await shown.waitFor();
  return entry;
}

/** Nothing of a download is left in the browser's own file system. @param {Inspector} inspector */
export async function left({ page }) {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    /** @type {string[]} */
    const names = [];
    /** @param {any} folder */
    const walk = async (folder) => {
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind === "directory") await walk(entry);
        else names.push(name);
      }
    };
    await walk(root);
    return names;
  });
}
