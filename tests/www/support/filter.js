/**
 * An image that is scanned, with its files on the screen.
 * @param {Awaited<ReturnType<typeof import("./inspector.js").start>>} stage @param {string} path @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function opened(stage, path, options) {
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 }, ...options });
  await inspector.pick(path);
  await inspector.scanned();
  await inspector.files("all");
  await inspector.tree.waitFor();
  return inspector;
}

/** @typedef {Awaited<ReturnType<typeof opened>>} Opened */

/** Waits until the filter found that many. @param {Opened} inspector @param {number} matches */
export async function found({ page }, matches) {
  const words = `${matches.toLocaleString("en-US")} ${matches === 1 ? "match" : "matches"} of `;
  await page.locator("layerglass-filter .outcome", { hasText: words }).waitFor();
}

/** @param {Opened} inspector @param {string} mode @param {string} text */
export async function search({ page }, mode, text) {
  await page.getByLabel("How to search").selectOption(mode);
  await page.getByRole("searchbox", { name: "Find by path" }).fill(text);
}

/** The rows that are drawn, from the top. @param {Opened} inspector */
export function drawnRows({ page }) {
  return page.evaluate(() => {
    const root = document
      .querySelector("layerglass-app")
      ?.shadowRoot?.querySelector("layerglass-inspector")
      ?.shadowRoot?.querySelector("layerglass-files")
      ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
    const rows = [...(root?.querySelectorAll(".body .row") ?? [])];
    rows.sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")));
    return rows.map((row) => row.querySelector(".text")?.textContent?.trim() ?? "");
  });
}
