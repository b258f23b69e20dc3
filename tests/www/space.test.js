import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { usage, waste } from "layerglass/inspect";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { downloaded, opened } from "./support/saving.js";
import { tar } from "./support/tar.js";
import { wasteByHand } from "./support/waste.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/** Bytes that no other seed gives. @param {string} seed @param {number} length */
function bytes(seed, length) {
  const block = createHash("sha256").update(seed).digest();
  return Buffer.alloc(length, block);
}

const HOSTILE = "srv/<img src=x onerror=alert(1)>.bin";
/** Layers in which something of every kind is of no use. */
const LAYERS = [
  [
    { name: "usr/lib/one.so", contents: bytes("one", 100_000) },
    { name: "usr/lib/two.so", contents: bytes("two", 200_000) },
    { name: "usr/share/keep.txt", contents: bytes("keep", 300_000) },
    { name: "var/cache/big.deb", contents: bytes("big", 500_000) },
    { name: "var/cache/small.deb", contents: bytes("small", 50_000) },
    { name: "etc/empty", contents: "" },
  ],
  [
    { name: "usr/lib/one.so", contents: bytes("one, newer", 150_000) },
    { name: "usr/lib/.wh.two.so" },
    { name: "opt/copy/keep.txt", contents: bytes("keep", 300_000) },
    { name: "etc/empty", contents: "" },
  ],
  [
    { name: "var/cache/.wh..wh..opq" },
    { name: "var/cache/small.deb", contents: bytes("small", 50_000) },
    { name: "usr/lib/one.so", contents: bytes("one, newer", 150_000), mode: 0o755 },
    { name: HOSTILE, contents: bytes("hostile", 70_000) },
  ],
];
const COMMANDS = [
  "ADD rootfs.tar /",
  "RUN make upgrade",
  "RUN rm -rf /var/cache/* && chmod 755 /usr/lib/one.so",
];

function wasteful() {
  return dockerArchive(LAYERS.map(tar), {
    name: "made/wasteful:1",
    history: COMMANDS.map((command) => ({ created_by: command })),
  });
}

/** The page with the figures of a file. @param {string} path @param {import("playwright-core").BrowserContextOptions} [options] */
async function space(path, options) {
  const inspector = await opened(stage, path, options);
  await inspector.tab("Space");
  const view = inspector.page.locator("layerglass-space");
  await view.getByRole("heading", { name: "What takes the space" }).waitFor();
  const map = view.getByRole("group", { name: /^Treemap/ });
  await map.getByRole("button").first().waitFor();
  return { inspector, view, map };
}

/** `1,234 bytes`. @param {number} size */
function exact(size) {
  return `${size.toLocaleString("en-US")} bytes`;
}

/** The rows of a table, by the text or the exact size of their cells. @param {import("playwright-core").Locator} view @param {string} name */
async function rows(view, name) {
  return view
    .getByRole("table", { name, exact: true })
    .locator("tbody tr:not(.details)")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("td")].map(
          (cell) =>
            cell.querySelector("[title$=bytes]")?.getAttribute("title") ?? cell.textContent?.trim() ?? "",
        ),
      ),
    );
}

test("the waste of an image is what a computation by hand finds", async () => {
  const hand = wasteByHand(LAYERS);
  // Both copies of one.so below the last; two.so and the big package; keep.txt a second time.
  assert.deepEqual(
    [hand.overwritten, hand.removed, hand.duplicate],
    [100_000 + 150_000 + 50_000, 200_000 + 500_000, 300_000],
  );
  const { inspector, view } = await space(await stage.made("wasteful.tar", wasteful()));
  const told = await view
    .locator(".kinds .amount")
    .evaluateAll((each) => each.map((one) => one.getAttribute("title")));
  assert.deepEqual(told, [hand.overwritten, hand.removed, hand.duplicate].map(exact));
  const figure = await view
    .locator(".figure .num")
    .evaluateAll((each) => each.map((one) => one.getAttribute("title")));
  assert.deepEqual(figure, [hand.wasted, hand.contentSize].map(exact));
  const percent = `${((hand.wasted / hand.contentSize) * 100).toFixed(1)} %`;
  assert.ok((await view.locator(".figure").innerText()).includes(percent));
  // By layer, with the command that caused it.
  const layers = await rows(view, "Waste by layer");
  for (const [layer, entries] of LAYERS.entries()) {
    const content = entries.reduce((sum, entry) => sum + (entry.contents?.length ?? 0), 0);
    const of = (/** @type {string} */ kind) =>
      hand.items
        .filter((item) => item.kind === kind && item.layer === layer)
        .reduce((sum, item) => sum + item.bytes, 0);
    const caused = hand.items
      .filter((item) => item.kind !== "duplicate" && item.by === layer)
      .reduce((sum, item) => sum + item.bytes, 0);
    const [, mark, command, ...sizes] = layers[layer] ?? [];
    assert.equal(mark, `Layer ${layer + 1}`);
    assert.ok(COMMANDS[layer]?.includes(command?.split(/\s+/).slice(1).join(" ") ?? "?"), command);
    assert.deepEqual(sizes, [content, of("overwritten"), of("removed"), of("duplicate"), caused].map(exact));
  }
  // Every single copy, the largest first.
  const names = { overwritten: "Overwritten", removed: "Deleted later", duplicate: "Stored twice" };
  const items = (await rows(view, "Copies that are of no use")).map(([, ...cells]) => cells);
  const wanted = hand.items.map(({ kind, path, bytes, layer, by }) => [
    `/${path}`,
    names[/** @type {keyof typeof names} */ (kind)],
    exact(bytes),
    `Layer ${layer + 1}`,
    `Layer ${by + 1}`,
  ]);
  assert.deepEqual([...items].sort(), wanted.sort());
  const sizes = items.map(([, , size = ""]) => Number(size.replaceAll(/\D/g, "")));
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
  await inspector.close();
});

test("items are narrowed down by kind and layer, tell what happened, and lead to their files", async () => {
  const { inspector, view } = await space(await stage.made("wasteful.tar", wasteful()));
  const { page } = inspector;
  const items = view.locator("layerglass-waste-items");
  await items.getByLabel("Kind").selectOption("duplicate");
  await items.getByRole("status").filter({ hasText: "1 copy, 300 kB" }).waitFor();
  await items.getByRole("button", { name: "Details of /opt/copy/keep.txt" }).click();
  const details = items.locator("tr.details");
  await details.getByRole("button", { name: "/usr/share/keep.txt" }).waitFor();
  await items.getByLabel("Kind").selectOption("all");
  await items.getByLabel("In layer").selectOption({ label: "2" });
  await items.getByRole("status").filter({ hasText: "2 copies, 450 kB" }).waitFor();
  await items.getByRole("button", { name: "Details of /usr/lib/one.so" }).click();
  assert.match(await details.innerText(), /Layer 3 has it written again; its 150,000 bytes stay in layer 2/);
  assert.match(await details.innerText(), /The same was written again/);
  assert.match(await details.innerText(), /rm -rf \/var\/cache/);
  await items.getByRole("button", { name: "/usr/lib/one.so", exact: true }).click();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  await page
    .locator("layerglass-layer")
    .getByRole("heading", { name: /Layer 2/ })
    .waitFor();
  await page.locator("layerglass-tree [aria-selected=true]", { hasText: "one.so" }).waitFor();
  await inspector.close();
});

test("all layers are made one: what that saves is said before, and true of what is saved", async () => {
  const hand = wasteByHand(LAYERS);
  const { inspector, view } = await space(await stage.made("wasteful.tar", wasteful()));
  const squash = view.locator("layerglass-squash");
  const told = await squash
    .locator("[title$=bytes]")
    .evaluateAll((each) => each.map((one) => one.getAttribute("title")));
  assert.deepEqual(told, [exact(hand.overwritten + hand.removed), exact(hand.squashed)]);
  assert.match(await squash.locator("p").innerText(), /about .* an estimate/);
  const saved = await downloaded(inspector, squash.getByRole("button", { name: "Save with 1 layer" }));
  assert.match(saved.name, /wasteful-1-squashed\.oci\.tar$/);
  const report = await inspector.page.locator("layerglass-savings").getByRole("listitem").innerText();
  assert.match(report, /3 layers became 1 layer: as tars 1\.9 MB became 879 kB, as stored/);
  const again = await openArchive(saved.bytes);
  const data = await again.scan();
  assert.equal(data.images[0]?.layers.length, 1);
  assert.equal(data.layers[0]?.scan?.contentSize, hand.squashed);
  const left = await waste(again, 0);
  // Copies stay.
  assert.deepEqual([left.overwritten, left.removed, left.duplicate], [0, 0, hand.duplicate]);
  again.close();
  await inspector.close();
});

test("some layers are made one", async () => {
  const { inspector, view } = await space(await stage.made("wasteful.tar", wasteful()));
  const squash = view.locator("layerglass-squash");
  await squash.getByLabel("From layer").selectOption({ label: "2" });
  assert.equal(await squash.getByLabel("to layer").inputValue(), "2");
  // Of these layers only the upper one.so hides something of the lower.
  assert.match(await squash.locator("p").innerText(), /Making layers 2 to 3 one would free 150 kB/);
  await squash.getByLabel("Format").selectOption({ label: "Docker archive, 25 and later" });
  const saved = await downloaded(inspector, squash.getByRole("button", { name: "Save with 2 layers" }));
  const again = await openArchive(saved.bytes);
  const data = await again.scan();
  assert.equal(data.images[0]?.layers.length, 2);
  const total = data.layers.reduce((sum, layer) => sum + Number(layer.scan?.contentSize), 0);
  assert.equal(total, wasteByHand(LAYERS).contentSize - 150_000);
  again.close();
  await inspector.close();
});

test("the treemap is gone through with the keyboard, and its table has the same parts", async () => {
  const path = await stage.made("wasteful.tar", wasteful());
  const { inspector, view, map } = await space(path);
  const { page } = inspector;
  const archive = await openArchive(path);
  await archive.scan();
  const whole = await usage(archive, 0, { by: "folder" });
  const focused = () =>
    view
      .locator("layerglass-treemap")
      .evaluate((each) => each.shadowRoot?.activeElement?.textContent?.replaceAll(/\s+/g, " ").trim() ?? "");
  const where = view.getByRole("navigation", { name: "Part that is shown" });
  // One stop for Tab, arrows between tiles.
  assert.equal(await map.locator("button[tabindex='0']").count(), 1);
  await map.locator("button[tabindex='0']").focus();
  const met = new Set([await focused()]);
  for (const key of [
    "ArrowRight",
    "ArrowDown",
    "ArrowLeft",
    "ArrowUp",
    "ArrowRight",
    "ArrowRight",
    "ArrowDown",
    "Home",
    "End",
  ]) {
    await page.keyboard.press(key);
    met.add(await focused());
  }
  assert.ok(met.size >= 3, [...met].join(" | "));
  assert.equal(await map.locator("button[tabindex='0']").count(), 1);
  // Into a folder and out again, by Enter, Escape and Backspace.
  const first = whole.children?.[0];
  assert.ok(first?.name && first.children);
  await page.keyboard.press("Home");
  assert.ok((await focused()).startsWith(first.name), `${await focused()} is not ${first.name}`);
  await page.keyboard.press("Enter");
  await where.locator("[aria-current]", { hasText: first.name }).waitFor();
  await page.keyboard.press("Backspace");
  await where.locator("[aria-current]", { hasText: "All files" }).waitFor();
  await view.locator("layerglass-treemap").locator("button:focus", { hasText: first.name }).waitFor();
  await page.keyboard.press("Enter");
  await where.locator("[aria-current]", { hasText: first.name }).waitFor();
  // The table behind it.
  await view.getByRole("button", { name: "Table" }).click();
  const inside = (await rows(view, `Parts of ${first.name}`)).map(([name, size]) => [name, size]);
  assert.deepEqual(
    inside,
    first.children.map(({ name, bytes }) => [name, exact(Number(bytes))]),
  );
  await where.getByRole("button", { name: "All files" }).click();
  const top = (await rows(view, "Parts of All files")).map(([name, size]) => [name, size]);
  assert.deepEqual(
    top,
    (whole.children ?? []).map(({ name, bytes }) => [name, exact(Number(bytes))]),
  );
  await view.getByRole("button", { name: "Map" }).click();
  await map.getByRole("button").first().focus();
  await page.keyboard.press("Escape");
  await where.locator("[aria-current]", { hasText: "All files" }).waitFor();
  archive.close();
  await inspector.close();
});

test("space is divided by layer, extension and package too, and a tile leads to its file", async () => {
  const { inspector, view, map } = await space(await stage.made("wasteful.tar", wasteful()));
  const { page } = inspector;
  const by = view.getByLabel("Divided by");
  const tiles = async () =>
    (await map.getByRole("button").allInnerTexts()).map((text) => text.split("\n")[0]?.trim()).sort();
  await by.selectOption("layer");
  await map.getByRole("button", { name: /^Layer 1/ }).waitFor();
  assert.deepEqual(await tiles(), ["Layer 1", "Layer 2", "Layer 3"]);
  await by.selectOption("extension");
  await map.getByRole("button", { name: /^\.so/ }).waitFor();
  assert.deepEqual(await tiles(), [".bin", ".deb", ".so", ".txt"]);
  await by.selectOption("package");
  await map.getByRole("button", { name: /^of no package/ }).waitFor();
  await by.selectOption("folder");
  await map.getByRole("button", { name: /^srv/ }).click();
  const tile = map.getByRole("button", { name: /onerror/ });
  await tile.waitFor();
  assert.equal(await page.locator("layerglass-treemap img").count(), 0, "names are text");
  await tile.click();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  await page.locator("layerglass-tree [aria-selected=true]", { hasText: "onerror" }).waitFor();
  await inspector.close();
});

test("of very many files the smallest are one part, in the map and in the table", async () => {
  const files = Array.from({ length: 7000 }, (_, at) => ({
    name: `srv/${at}`,
    contents: bytes(`${at}`, 7000 - at),
  }));
  const { inspector, view, map } = await space(await stage.made("many.tar", dockerArchive([tar(files)])));
  await map.getByRole("button", { name: /^srv/ }).click();
  await map.getByRole("button", { name: /^all smaller parts/ }).waitFor();
  assert.ok((await map.getByRole("button").count()) < 500, "no tile is too small to be hit");
  await view.getByRole("button", { name: "Table" }).click();
  const table = view.getByRole("table", { name: "Parts of srv" });
  await table.getByRole("columnheader", { name: "Size" }).getByRole("button").click();
  assert.equal((await rows(view, "Parts of srv")).length, 100, "the table comes in portions");
  const parts = await rows(view, "Parts of srv");
  // What is told apart and what is not make the whole.
  assert.equal(parts[0]?.[0], "all smaller parts");
  assert.equal(
    Number(parts[0]?.[1]?.replaceAll(/\D/g, "")),
    files.reduce((sum, { contents }) => sum + contents.length, 0) - told(5000),
  );
  await inspector.close();
});

/** Bytes of the files that are told apart when so many nodes are: two are the whole and the folder, and each keeps room for a rest. @param {number} nodes */
function told(nodes) {
  return Array.from({ length: nodes - 4 }, (_, at) => 7000 - at).reduce((sum, size) => sum + size, 0);
}

test("figures of a real image are those that the package finds in Node", async () => {
  const { path } = find((each) => each.name === "quirks.docker28.tar");
  const archive = await openArchive(path);
  await archive.scan();
  const found = await waste(archive, 0);
  archive.close();
  assert.equal(
    Number(found.wasted),
    Number(found.overwritten) + Number(found.removed) + Number(found.duplicate),
  );
  const { inspector, view } = await space(path);
  const told = await view
    .locator(".figure .num")
    .evaluateAll((each) => each.map((one) => one.getAttribute("title")));
  assert.deepEqual(
    told,
    [found.wasted, found.contentSize].map((size) => exact(Number(size))),
  );
  assert.equal((await rows(view, "Copies that are of no use")).length, Math.min(100, found.items.length));
  await inspector.close();
});

test("an image without waste says so, and one layer is nothing to squash", async () => {
  const layer = tar([{ name: "hello", contents: "hello" }]);
  const { inspector, view } = await space(await stage.made("tidy.tar", dockerArchive([layer])));
  await view.getByRole("heading", { name: "No byte is wasted" }).waitFor();
  await view.getByText("there is nothing to make one of").waitFor();
  assert.deepEqual(await violations(inspector.page), []);
  await inspector.close();
});

test("nothing of these views is loaded before one of them is shown", async () => {
  const inspector = await opened(stage, await stage.made("wasteful.tar", wasteful()));
  const { page } = inspector;
  const loaded = () =>
    page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => name.split("/").at(-1) ?? ""),
    );
  const heavy = /^(space|packages|findings|table|inspect)\b/;
  assert.deepEqual(
    (await loaded()).filter((name) => heavy.test(name)),
    [],
  );
  await inspector.tab("Space");
  await page.locator("layerglass-treemap").waitFor();
  const names = (await loaded()).filter((name) => heavy.test(name));
  assert.ok(
    names.some((name) => name.startsWith("space")),
    names.join(),
  );
  assert.ok(!names.some((name) => /^(packages|findings)/.test(name)), names.join());
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`space is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const path = await stage.made("wasteful.tar", wasteful());
      const { inspector, view } = await space(path, { colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      const look = async (/** @type {string} */ name) => {
        assert.ok((await inspector.overflow()) <= 0, `${name} is wider than the window`);
        assert.deepEqual(await violations(page), [], name);
        if (SCREENSHOTS)
          await page.screenshot({
            path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png`,
            fullPage: true,
          });
      };
      await look("space");
      await view.getByRole("button", { name: "Table" }).click();
      await view.getByRole("button", { name: "Details of layer 2" }).click();
      await look("space-table");
      await inspector.close();
    });
  }
}

test("with forced colours the tiles keep their edges and their words", async () => {
  const path = await stage.made("wasteful.tar", wasteful());
  const { inspector, map } = await space(path, {
    forcedColors: "active",
    viewport: { width: 1440, height: 900 },
  });
  const tile = map.getByRole("button", { name: /^usr/ });
  const style = await tile.evaluate((each) => {
    const { borderTopColor, backgroundColor, color } = getComputedStyle(each);
    return { borderTopColor, backgroundColor, color };
  });
  assert.notEqual(style.borderTopColor, style.backgroundColor);
  assert.notEqual(style.color, style.backgroundColor);
  assert.match(await tile.innerText(), /usr/);
  await inspector.close();
});
