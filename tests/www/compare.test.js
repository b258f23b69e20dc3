import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { compareImages } from "layerglass/inspect";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { find, IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { opened } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;
/** Holds two images that share a layer. */
const SHARED = join(IMAGES, "shared.docker20.tar");
const QUIRKS = join(IMAGES, "quirks.docker28.tar");

const BASE = tar([
  { name: "etc/os-release", contents: "ID=debian\n" },
  { name: "usr/bin/tool", contents: "tool" },
]);

/** @param {readonly [name: string, version: string][]} packages */
function status(packages) {
  const paragraph = ([name = "", version = ""]) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`;
  return packages.map(paragraph).join("\n");
}

const OLD = [
  { name: "etc/app.conf", contents: "port=80\nhost=a\nuser=app\n" },
  { name: "etc/gone", contents: "12345" },
  { name: "etc/same", contents: "same" },
  { name: "etc/mode", contents: "mode", mode: 0o644 },
  {
    name: "var/lib/dpkg/status",
    contents: status([
      ["kept", "1"],
      ["left", "2"],
      ["raised", "1.0"],
    ]),
  },
];
const NEW = [
  { name: "etc/app.conf", contents: "port=8080\nhost=a\nuser=app\n" },
  { name: "etc/new/<b>file", contents: "123" },
  { name: "etc/same", contents: "same" },
  { name: "etc/mode", contents: "mode", mode: 0o600 },
  {
    name: "var/lib/dpkg/status",
    contents: status([
      ["kept", "1"],
      ["raised", "1.1"],
      ["come", "3"],
    ]),
  },
];
const BEFORE = [BASE, tar(OLD)];
const AFTER = [BASE, tar(NEW)];

/** Two files that differ in known ways. */
async function pair() {
  const older = dockerArchive(BEFORE, {
    name: "made/app:1",
    config: { User: "root", Env: ["A=1", "B=2"], Cmd: ["<i>run</i>"] },
    history: [{ created_by: "ADD base" }, { created_by: "RUN old" }],
  });
  const newer = dockerArchive(AFTER, {
    name: "made/app:2",
    config: { User: "1000", Env: ["A=1", "C=<u>3</u>"], Cmd: ["<i>run</i>"] },
    history: [{ created_by: "ADD base" }, { created_by: "RUN new" }],
  });
  return { older: await stage.made("older.tar", older), newer: await stage.made("newer.tar", newer) };
}

/** The newer file with the older one beside it. @param {import("playwright-core").BrowserContextOptions} [options] */
async function beside(options) {
  const { older, newer } = await pair();
  const inspector = await opened(stage, newer, options);
  await inspector.tab("Compare");
  const view = inspector.page.locator("layerglass-compare");
  await view.getByText("This file has no other image to compare with.").waitFor();
  await view.getByLabel("Another file…").setInputFiles(older);
  await view.getByRole("heading", { name: "Summary" }).waitFor();
  return { inspector, view, older, newer };
}

/** @param {readonly Buffer[]} layers */
function stored(layers) {
  return `${(layers.reduce((sum, { length }) => sum + length, 0) / 1000).toFixed(1)} kB`;
}

/** Bytes of the base's files and of these. @param {readonly { contents: string }[]} files */
function bytes(files) {
  return "ID=debian\n".length + "tool".length + files.reduce((sum, { contents }) => sum + contents.length, 0);
}

/** The texts of a table's cells, row by row. @param {import("playwright-core").Locator} view @param {string} name */
async function cells(view, name) {
  const rows = view.getByRole("table", { name, exact: true }).locator("tbody tr");
  return rows.evaluateAll((rows) =>
    rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? "").replace(/\s+/g, " ").trim())),
  );
}

/** The paths of the list with what changed. @param {import("playwright-core").Locator} view */
async function listed(view) {
  await view.getByRole("button", { name: "List", exact: true }).click();
  await view.getByRole("table", { name: "Paths that differ" }).waitFor();
  const rows = await cells(view, "Paths that differ");
  return Object.fromEntries(rows.map(([path = "", change]) => [path, change]));
}

test("a second file is opened beside the first, and all that differs is listed", async () => {
  const { inspector, view } = await beside();
  assert.deepEqual(await cells(view, "Both images"), [
    ["Image", "made/app:1", "made/app:2", ""],
    ["Platform", "linux/amd64", "linux/amd64", "same"],
    ["Stored", stored(BEFORE), stored(AFTER), "same"],
    ["In files", `${bytes(OLD)} B`, `${bytes(NEW)} B`, "same"],
    ["Files", "7", "7", "same"],
    ["Layers", "2", "2", "same"],
  ]);
  await view.getByText("The lowest layer is common.").waitFor();
  assert.deepEqual(await cells(view, "Differences of the config"), [
    ["User", "root", "1000"],
    ["Variable B", "2", "not set"],
    ["Variable C", "not set", "<u>3</u>"],
  ]);
  assert.deepEqual(
    (await cells(view, "Packages that differ")).map(([name, , from, to]) => [name, from, to]),
    [
      ["come", "– none", "3"],
      ["left", "2", "– none"],
      ["raised", "1.0", "1.1"],
    ],
  );
  assert.deepEqual(await cells(view, "Steps of both histories"), [
    ["ADD base same layer"],
    ["− only before: RUN old", "+ only after: RUN new"],
  ]);
  await view.getByText("2 added, 3 B").waitFor();
  await view.getByText("1 removed, 5 B").waitFor();
  await view.getByText("1 only in mode, owner, time or attributes").waitFor();
  assert.deepEqual(await listed(view), {
    "etc/app.conf": "~ contents, size",
    "etc/gone": "− removed",
    "etc/mode": "~ mode; contents probably identical",
    "etc/new": "+ added",
    "etc/new/<b>file": "+ added",
    "var/lib/dpkg/status": "~ contents",
  });
  const order = async () => (await cells(view, "Paths that differ")).map(([path]) => path);
  assert.deepEqual((await order()).slice(0, 3), ["etc/app.conf", "etc/gone", "etc/mode"]);
  await view.getByLabel("Sort by").selectOption("size");
  await view.locator("tbody tr:first-child", { hasText: "var/lib/dpkg/status" }).last().waitFor();
  assert.deepEqual((await order()).slice(0, 2), ["var/lib/dpkg/status", "etc/app.conf"]);
  assert.equal(await view.locator("b:not([aria-hidden]), u, i").count(), 0, "names and values are text");
  await inspector.close();
});

test("the tree shows what differs with its folders, also what is gone", async () => {
  const { inspector, view } = await beside();
  await view.getByRole("treegrid", { name: "Paths that differ" }).waitFor();
  const removed = view.locator("layerglass-tree .row.removed");
  await removed.waitFor();
  assert.equal((await removed.locator(".text").innerText()).trim(), "gone");
  assert.deepEqual((await inspector.rowNames()).sort(), [
    "<b>file",
    "app.conf",
    "dpkg",
    "etc",
    "gone",
    "lib",
    "mode",
    "new",
    "status",
    "var",
  ]);
  await view.getByLabel("Show").selectOption("removed");
  await view.locator("layerglass-tree .row", { hasText: "gone" }).waitFor();
  await view.locator("layerglass-tree .row", { hasText: "app.conf" }).waitFor({ state: "detached" });
  await view.getByLabel("Show").selectOption("all");
  await view.getByRole("searchbox").fill("APP.conf");
  await view.locator("layerglass-tree .row", { hasText: "gone" }).waitFor({ state: "detached" });
  await view.locator("layerglass-tree .row", { hasText: "app.conf" }).waitFor();
  await view.getByRole("searchbox").fill("nothing such");
  await view.getByText("No difference fits.").waitFor();
  await inspector.close();
});

test("swapped sides show the same the other way round", async () => {
  const { inspector, view } = await beside();
  await view.getByRole("button", { name: "Swap sides" }).click();
  await view.getByRole("table", { name: "Both images" }).getByText("made/app:1").waitFor();
  await assert.doesNotReject(view.getByText("1 added, 5 B").waitFor());
  const [image] = await cells(view, "Both images");
  assert.deepEqual(image, ["Image", "made/app:2", "made/app:1", ""]);
  assert.deepEqual(await cells(view, "Differences of the config"), [
    ["User", "1000", "root"],
    ["Variable B", "not set", "2"],
    ["Variable C", "<u>3</u>", "not set"],
  ]);
  const paths = await listed(view);
  assert.equal(paths["etc/gone"], "+ added");
  assert.equal(paths["etc/new"], "− removed");
  await inspector.close();
});

test("the text of a changed file is compared, and a path is gone to in the files", async () => {
  const { inspector, view } = await beside();
  const { page } = inspector;
  await listed(view);
  await view.getByRole("button", { name: "etc/app.conf" }).click();
  const chosen = view.getByRole("group", { name: "The chosen path" });
  await chosen.getByText("file, contents, size").waitFor();
  await chosen.getByRole("button", { name: "Show the difference" }).click();
  const dialog = page.getByRole("dialog");
  const diff = dialog.locator("layerglass-diff");
  await diff.locator("ins", { hasText: "port=8080" }).waitFor();
  await diff.locator("del", { hasText: /port=80$/ }).waitFor();
  assert.equal(await diff.locator("ins, del").count(), 2, "the other lines are the same");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  // What is gone can be looked at, and is not among the files of the shown image.
  await view.getByRole("button", { name: "etc/gone" }).click();
  assert.equal(await chosen.getByRole("button", { name: "Show in the files" }).count(), 0);
  await chosen.getByRole("button", { name: "Before" }).click();
  await page.getByRole("dialog").getByText("12345").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await view.getByRole("button", { name: "etc/app.conf" }).click();
  await chosen.getByRole("button", { name: "Show in the files" }).click();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  await page
    .locator("layerglass-files layerglass-tree [aria-selected=true]", { hasText: "app.conf" })
    .waitFor();
  await inspector.close();
});

test("two images of one file are compared as the package compares them", async () => {
  const inspector = await opened(stage, SHARED);
  await inspector.tab("Compare");
  const view = inspector.page.locator("layerglass-compare");
  await view.getByRole("heading", { name: "Summary" }).waitFor();
  const archive = await openArchive(SHARED);
  await archive.scan();
  const { data } = await compareImages({ archive, image: 1 }, { archive, image: 0 }, { packages: true });
  archive.close();
  const [image, , , , files] = await cells(view, "Both images");
  assert.deepEqual(image, ["Image", data.before.names[0], data.after.names[0], ""]);
  assert.deepEqual(files?.slice(1, 3), [`${data.before.files}`, `${data.after.files}`]);
  const { added, removed, changed, metadata, same } = data.files;
  assert.ok(added + removed + changed > 0);
  for (const text of [
    `${added} added`,
    `${removed} removed`,
    `${changed} changed`,
    `${metadata} only in mode`,
    `${same} the same`,
  ])
    await view.getByText(text).waitFor();
  assert.equal((await cells(view, "Differences of the config")).length, data.config.length);
  const steps = (await cells(view, "Steps of both histories")).flat().filter((text) => text !== "");
  assert.equal(steps.length, data.history.length);
  // Another choice is another comparison; the image chosen on the left is the one that is shown.
  await inspector.page.locator("layerglass-images").getByRole("button").nth(1).click();
  await view
    .getByRole("table", { name: "Both images" })
    .locator("td.name", { hasText: data.before.names[0] ?? "" })
    .nth(0)
    .waitFor();
  await inspector.close();
});

test("the same image in two files does not differ", async () => {
  const twins = ["quirks.docker20.tar", "quirks.docker20.tar.gz"].map((name) => join(IMAGES, name));
  const inspector = await opened(stage, twins[0] ?? "");
  await inspector.tab("Compare");
  const view = inspector.page.locator("layerglass-compare");
  await view.getByLabel("Another file…").setInputFiles(twins[1] ?? "");
  await view.getByText("The images are the same").waitFor();
  await view.getByText("They have the same layers.").waitFor();
  await view.getByText("All paths are the same.").waitFor();
  await inspector.close();
});

test("a file is dropped on the view to be compared, and one that is no image says why it is none", async () => {
  const { older, newer } = await pair();
  const inspector = await opened(stage, newer);
  const { page } = inspector;
  await inspector.tab("Compare");
  const view = page.locator("layerglass-compare");
  const box = await view.boundingBox();
  assert.ok(box);
  const devtools = await page.context().newCDPSession(page);
  const drop = async (/** @type {string} */ file) => {
    const at = { x: box.x + 100, y: box.y + 20 };
    for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"]))
      await devtools.send("Input.dispatchDragEvent", {
        type,
        ...at,
        data: { items: [], files: [file], dragOperationsMask: 1 },
      });
  };
  await drop(await stage.made("no-image.txt", "This is no image."));
  const failure = view.getByRole("alert");
  await failure.getByText("no-image.txt cannot be compared.").waitFor();
  await failure.getByRole("button", { name: "Close" }).click();
  await drop(older);
  await view.getByRole("heading", { name: "Summary" }).waitFor();
  await page.getByRole("heading", { name: "made/app:2", level: 1 }).waitFor();
  assert.equal(await page.locator(".veil").count(), 0);
  await inspector.close();
});

test("comparing is cancelled, and begun again", async () => {
  const inspector = await opened(stage, SHARED);
  const { page } = inspector;
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => {
    go = () => resolve(undefined);
  });
  await page.route(/inspect.*\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await inspector.tab("Compare");
  const view = page.locator("layerglass-compare");
  await view.getByRole("progressbar").waitFor();
  await view.getByRole("button", { name: "Cancel" }).click();
  await view.getByText("Cancelled").waitFor();
  go();
  await view.getByRole("button", { name: "Start again" }).click();
  await view.getByRole("heading", { name: "Summary" }).waitFor();
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`the comparison is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const entry = find((each) => each.name === "shared.docker20.tar");
      const inspector = await opened(stage, entry.path, { colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      await inspector.tab("Compare");
      const view = page.locator("layerglass-compare");
      await view.getByLabel("Another file…").setInputFiles(QUIRKS);
      await view.getByText(/parts of the config.* differ/).waitFor();
      const look = async (/** @type {string} */ name) => {
        assert.ok((await inspector.overflow()) <= 0, `${name} is wider than the window`);
        assert.deepEqual(await violations(page), [], name);
        if (SCREENSHOTS)
          await page.screenshot({ path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png` });
      };
      await look("compare");
      await listed(view);
      await view.locator("layerglass-compare-files tbody button").first().click();
      await view.getByRole("group", { name: "The chosen path" }).scrollIntoViewIfNeeded();
      await look("compare-list");
      await view.getByRole("heading", { name: "History" }).scrollIntoViewIfNeeded();
      await look("compare-history");
      await inspector.close();
    });
  }
}
