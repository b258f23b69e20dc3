import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.js";
import { serve } from "./server.js";

const DIST = fileURLToPath(new URL("../../../www/dist", import.meta.url));

/**
 * A browser, the built page on loopback, and a folder for files that are made. Close it after the tests.
 * @param {Parameters<typeof serve>[1]} [offers]
 */
export async function start(offers) {
  assert.ok(existsSync(join(DIST, "index.html")), "the page is built before it is tested: cargo xtask build");
  const server = await serve(DIST, offers);
  const browser = await launch();
  const folder = await mkdtemp(join(tmpdir(), "layerglass-www-"));
  return {
    server,
    browser,
    folder,
    /** Writes a file to be picked. @param {string} name @param {Buffer | string} contents */
    async made(name, contents) {
      const path = join(folder, name);
      await writeFile(path, contents);
      return path;
    },
    /** @param {ConstructorParameters<typeof Inspector>[0] extends never ? never : import("playwright-core").BrowserContextOptions & { query?: string }} [options] */
    async inspector({ query = "", ...options } = {}) {
      // What keeps the page for offline use fetches all of its files: only tests of that want it.
      const context = await browser.newContext({ serviceWorkers: "block", ...options });
      const inspector = new Inspector(await context.newPage(), server.origin);
      await inspector.page.goto(`${server.origin}/${query}`);
      return inspector;
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The page as a person uses it: by what is written on it. */
export class Inspector {
  /** What must stay empty: errors of the page, and requests that leave its origin. @type {string[]} */
  problems = [];

  /** @param {import("playwright-core").Page} page @param {string} origin */
  constructor(page, origin) {
    this.page = page;
    this.origin = origin;
    page.on("pageerror", (error) => this.problems.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "blob:" && url.origin !== origin) this.problems.push(`request: ${request.url()}`);
    });
  }

  /** Picks a file, as the button does. @param {string} path */
  async pick(path) {
    await this.page.locator("layerglass-start #file").setInputFiles(path);
  }

  /** Picks a folder. @param {string} path */
  async pickFolder(path) {
    await this.page.locator("layerglass-start #folder").setInputFiles(path);
  }

  /** Drops files or folders of the disk on the page, as the mouse does. @param {string[]} files */
  async drop(files) {
    const devtools = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"])) {
      await devtools.send("Input.dispatchDragEvent", { type, x: 200, y: 300, data });
    }
  }

  /** Waits until all layers are scanned. */
  async scanned() {
    await this.page.getByText(/layers? (is|are) scanned/).waitFor({ state: "attached" });
  }

  /** @param {string} name */
  async tab(name) {
    await this.page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
  }

  /** Opens the files of all layers together, or of one. @param {number | "all"} layer */
  async files(layer) {
    const layers = this.page.getByRole("tab", { name: "Layers" });
    if (await layers.isVisible()) await layers.click();
    const name = layer === "all" ? /^All layers together/ : new RegExp(`^Layer ${layer}\\b`);
    await this.page.locator("layerglass-layers").getByRole("button", { name }).click();
  }

  get tree() {
    return this.page.getByRole("treegrid");
  }

  /** Text of the active row. */
  async activeRow() {
    return (
      await this.page.locator("layerglass-tree [role=row][aria-selected=true] .text").innerText()
    ).trim();
  }

  /** Names of the rows that are drawn, from the top. */
  async rowNames() {
    return this.page
      .locator("layerglass-tree .body")
      .evaluate((body) =>
        [...body.querySelectorAll(".row:not(.waiting)")]
          .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
          .map((row) => row.querySelector(".text")?.textContent?.trim() ?? ""),
      );
  }

  /** How far the page is wider than the window, in pixels. */
  async overflow() {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }

  /** Nothing went wrong and nothing left the origin. Ends the page. */
  async close() {
    assert.deepEqual(this.problems, []);
    await this.page.context().close();
  }
}
