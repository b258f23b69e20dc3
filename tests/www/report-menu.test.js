/** Reports that the page makes: the dialog, the files, what they hold, and how the work ends. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { collectReport, formatReport } from "layerglass/report";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { downloaded, left, opened } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;
const QUIRKS = `${IMAGES}/quirks.docker28.tar`;

/** @param {import("./support/inspector.js").Inspector} inspector */
async function dialog({ page }) {
  await page.getByRole("button", { name: "Report…" }).click();
  const form = page.getByRole("dialog", { name: "Report…" });
  await form.waitFor();
  return form;
}

/** What Node makes of the same file. @param {string} path @param {string | undefined} created @param {Parameters<typeof formatReport>[1]} format */
async function inNode(path, created, format) {
  const archive = await openArchive(path);
  try {
    return formatReport(
      await collectReport(archive, [0], { ...(created !== undefined && { time: new Date(created) }) }),
      format,
    );
  } finally {
    archive.close();
  }
}

for (const [name, format, ending] of /** @type {const} */ ([
  ["HTML", "html", ".report.html"],
  ["Markdown", "markdown", ".report.md"],
  ["JSON", "json", ".report.json"],
  ["CSV", "csv", ".report.csv"],
])) {
  test(`a report is saved as ${name}, with the text that Node makes`, async () => {
    const inspector = await opened(stage, QUIRKS);
    const form = await dialog(inspector);
    await form.getByRole("radio", { name: new RegExp(`^${name}`) }).check();
    const before = Date.now();
    const saved = await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
    assert.equal(saved.name, `quirks.docker28${ending}`);
    const text = saved.bytes.toString();
    // Only the time differs.
    const times = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
    const fresh = (text.match(times) ?? []).find((time) => Math.abs(Date.parse(time) - before) < 600_000);
    assert.ok(fresh, "the report tells when it was made");
    assert.equal(text, await inNode(QUIRKS, fresh, format));
    await inspector.close();
  });
}

test("parts and secrets are chosen, and one image of several", async () => {
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.reload();
  await inspector.pickFolder(`${IMAGES}/multiarch.oci`);
  await inspector.scanned();
  const save = async (
    /** @type {(form: import("playwright-core").Locator) => Promise<unknown>} */ choose,
  ) => {
    const form = await dialog(inspector);
    await form.getByRole("radio", { name: /^JSON/ }).check();
    await choose(form);
    const saved = await downloaded(inspector, form.getByRole("button", { name: "Save", exact: true }));
    return JSON.parse(saved.bytes.toString());
  };
  const one = await save((form) => form.getByRole("checkbox", { name: "Waste" }).uncheck());
  assert.equal(one.images.length, 1);
  assert.ok(one.images[0].packages && one.images[0].issues && one.verification && !one.images[0].waste);
  const all = await save(async (form) => {
    await form.getByLabel("Images").selectOption("all");
    await form.getByRole("checkbox", { name: "Waste" }).check();
  });
  assert.ok(all.images.length > 1 && all.images[1].waste);
  assert.deepEqual(all.missing, []);
  await inspector.close();
});

test("a report that waits for the scan is cancelled, and nothing is left", async () => {
  const noise = randomBytes(64 << 20);
  const layers = [0, 1, 2, 3, 4].map((at) => tar([{ name: `noise-${at}`, contents: noise }]));
  const path = await stage.made("large.tar", dockerArchive(layers, { metadataFirst: true }));
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.reload();
  /** @type {string[]} */
  const downloads = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));
  await inspector.pick(path);
  const form = await dialog(inspector);
  await form.getByRole("button", { name: "Save", exact: true }).click();
  const savings = page.locator("layerglass-savings");
  await savings.getByText(/: scanning layers$/).waitFor();
  await savings.getByRole("button", { name: /^Cancel/ }).click();
  await savings.getByText("was not saved: the work was cancelled").waitFor();
  assert.deepEqual(downloads, []);
  assert.deepEqual(await left(inspector), []);
  // The page's own scan goes on.
  await inspector.scanned();
  await inspector.close();
});

test("the dialog reads well, by keyboard too, in both themes and on a narrow screen", async () => {
  for (const [width, colorScheme] of /** @type {const} */ ([
    [1440, "light"],
    [800, "dark"],
    [360, "light"],
  ])) {
    const inspector = await opened(stage, QUIRKS, { viewport: { width, height: 800 }, colorScheme });
    const { page } = inspector;
    const button = page.getByRole("button", { name: "Report…" });
    await button.focus();
    await page.keyboard.press("Enter");
    const form = page.getByRole("dialog", { name: "Report…" });
    await form.waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await inspector.overflow(), 0);
    if (SCREENSHOTS)
      await page.screenshot({ path: `${SCREENSHOTS}/report-menu-${width}-${colorScheme}.png` });
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "hidden" });
    await inspector.close();
  }
});
