import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { violations } from "./support/axe.js";
import { drawnRows, found, opened, search } from "./support/filter.js";
import { dockerArchive } from "./support/image.js";
import { IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;
const NAME = "quirks.docker20.tar";
const IMAGE = join(IMAGES, NAME);

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

/** What another program saw of the image once it was unpacked: one line a path. */
const unpacked = readFileSync(join(IMAGES, "rootfs", `${NAME}@quirks_1.tsv`), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [path = "", type, mode = "", uid, gid, size] = line.split("\t");
    return {
      path: unquoted(path),
      type,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
    };
  });

/** `%xx` as the byte that it is; what is no UTF-8 then is U+FFFD, as the page shows it. @param {string} text */
function unquoted(text) {
  return Buffer.from(
    text.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");
}

test("every filter finds on a real image what the unpacked files have", async () => {
  const inspector = await opened(stage, IMAGE);
  const { page } = inspector;
  const all = unpacked.length;
  const expects = async (/** @type {(file: typeof unpacked[number]) => boolean} */ holds) => {
    const matches = unpacked.filter(holds).length;
    await found(inspector, matches);
    return matches;
  };
  let some = 0;
  await search(inspector, "text", "LINK");
  some += await expects(({ path }) => path.toLowerCase().includes("link"));
  await search(inspector, "glob", "q/*.txt");
  some += await expects(({ path }) => /^q\/[^/]*\.txt$/.test(path));
  await search(inspector, "glob", "*-*");
  some += await expects(({ path }) => /(^|\/)[^/]*-[^/]*$/.test(path));
  await search(inspector, "expression", "^q/[a-h]");
  some += await expects(({ path }) => /^q\/[a-h]/.test(path));
  await search(inspector, "expression", "/^Q\\/.*E$/i");
  some += await expects(({ path }) => /^Q\/.*E$/i.test(path));
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator("layerglass-filter .outcome").waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Kind").selectOption("symlink");
  some += await expects(({ type }) => type === "l");
  await page.getByLabel("Kind").selectOption("device");
  some += await expects(({ type }) => type === "c" || type === "b" || type === "p");
  await page.getByLabel("Kind").selectOption("directory");
  some += await expects(({ type }) => type === "d");
  await page.getByLabel("Kind").selectOption("");
  await page.getByLabel("Size at least").fill("3");
  some += await expects(({ type, size }) => type === "f" && size >= 3);
  await page.getByLabel("Size at most").fill("1 kB");
  some += await expects(({ type, size }) => type === "f" && size >= 3 && size <= 1000);
  await page.getByLabel("Size at least").fill("");
  await page.getByLabel("Size at most").fill("");
  await page.getByLabel("Owner").fill("0:0");
  some += await expects(({ uid, gid }) => uid === 0 && gid === 0);
  const foreign = unpacked.find(({ uid }) => uid !== 0)?.uid ?? 0;
  await page.getByLabel("Owner").fill(String(foreign));
  some += await expects(({ uid }) => uid === foreign);
  await page.getByLabel("Owner").fill("");
  await page.getByLabel("Mode", { exact: true }).selectOption("suid");
  some += await expects(({ type, mode }) => type !== "l" && (mode & 0o6000) !== 0);
  await page.getByLabel("Mode", { exact: true }).selectOption("world");
  some += await expects(({ type, mode }) => type !== "l" && (mode & 0o002) !== 0);
  await page.getByLabel("Mode", { exact: true }).selectOption("0");
  await page.getByLabel("Octal bits").fill("0644");
  some += await expects(({ type, mode }) => type !== "l" && (mode & 0o644) === 0o644);
  assert.ok(some > all / 4, "the questions of this test find something");
  // Two criteria and a text: all of them have to hold.
  await page.getByLabel("Kind").selectOption("file");
  await search(inspector, "text", "a");
  await expects(
    ({ path, type, mode }) => path.toLowerCase().includes("a") && type === "f" && (mode & 0o644) === 0o644,
  );
  assert.match(await page.getByRole("button", { name: /^Filter/ }).innerText(), /2/);
  await inspector.close();
});

const base = tar([
  { name: "etc/", type: "5" },
  { name: "etc/hosts", contents: "localhost" },
  { name: "etc/motd", contents: "welcome" },
  { name: "etc/group", contents: "root" },
  { name: "usr/lib/deep/er/file", contents: "deep" },
]);
const above = tar([
  { name: "etc/hosts", contents: "elsewhere" },
  { name: "etc/motd", contents: "welcome", mode: 0o600 },
  { name: "etc/.wh.group" },
  { name: "etc/new", contents: "new" },
]);

test("what a layer changed is filtered by the kind of change, and files by the layer that wrote them", async () => {
  const inspector = await opened(stage, await stage.made("changes.tar", dockerArchive([base, above])));
  const { page } = inspector;
  const names = async (/** @type {string[]} */ expected) => {
    await found(inspector, expected.length);
    await page.waitForFunction(
      (count) =>
        document
          .querySelector("layerglass-app")
          ?.shadowRoot?.querySelector("layerglass-inspector")
          ?.shadowRoot?.querySelector("layerglass-files")
          ?.shadowRoot?.querySelector("layerglass-tree")
          ?.shadowRoot?.querySelectorAll(".body .row").length === count,
      expected.length,
    );
    assert.deepEqual((await drawnRows(inspector)).sort(), expected.toSorted());
  };
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Flat list" }).click();
  await page.getByLabel("Written by layer").fill("2");
  await names(["hosts", "motd", "new"]);
  await page.getByLabel("Written by layer").fill("");
  await inspector.files(2);
  const change = page.getByLabel("Change in this layer");
  await change.selectOption("added");
  await names(["new"]);
  await change.selectOption("removed");
  await names(["group"]);
  await change.selectOption("modified");
  await names(["hosts", "motd"]);
  await change.selectOption("contents");
  await names(["hosts"]);
  await change.selectOption("mode");
  await names(["motd"]);
  await inspector.close();
});

test("an expression that never ends is ended, a wrong one is explained, and the files stay", async () => {
  const name = `${"a".repeat(60)}!`;
  const inspector = await opened(
    stage,
    await stage.made("endless.tar", dockerArchive([tar([{ name }, { name: "etc/hosts" }])])),
  );
  const { page } = inspector;
  await search(inspector, "expression", "^(a+)+$");
  await page.getByText("Looking…").waitFor();
  // Meanwhile the tree can be used.
  await inspector.tree.focus();
  await page.keyboard.press("End");
  await page.locator("layerglass-tree [aria-selected=true] .text", { hasText: name }).waitFor();
  await page.getByText("This expression takes too long. The files are shown as they were.").waitFor();
  assert.equal((await drawnRows(inspector)).length, 2);
  await search(inspector, "expression", "(");
  await page.getByText(/Unterminated group/).waitFor();
  assert.equal(await page.getByRole("searchbox").getAttribute("aria-invalid"), "true");
  await search(inspector, "glob", "[a");
  await page.getByText(/syntax error in the pattern/).waitFor();
  await search(inspector, "expression", "hosts$");
  await found(inspector, 1);
  await inspector.close();
});

test("fields that cannot be read say how they are written, and the tree stays as it was", async () => {
  const inspector = await opened(stage, await stage.made("fields.tar", dockerArchive([base])));
  const { page } = inspector;
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  for (const [label, wrong, words] of /** @type {const} */ ([
    ["Size at least", "many", "A size is written like"],
    ["Owner", "a:b:c", "An owner is written like"],
    ["Written by layer", "0", "A layer is a number"],
  ])) {
    await page.getByLabel(label).fill(wrong);
    await page.getByText(words).waitFor();
    assert.equal(await page.getByLabel(label).getAttribute("aria-invalid"), "true");
    await page.getByLabel(label).fill("");
  }
  await page.getByLabel("Mode", { exact: true }).selectOption("0");
  await page.getByLabel("Octal bits").fill("99");
  await page.getByText("Bits are written in octal").waitFor();
  assert.equal(await inspector.tree.getAttribute("aria-rowcount"), "3");
  await inspector.close();
});

test("keys lead to the search field and back, up to the folder around, and copy the path", async () => {
  const inspector = await opened(stage, await stage.made("keys.tar", dockerArchive([base])), {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const { page } = inspector;
  const active = (/** @type {string} */ name) =>
    page
      .locator("layerglass-tree [aria-selected=true] .text", { hasText: new RegExp(`^${name}$`) })
      .waitFor();
  await inspector.tree.focus();
  await page.keyboard.press("/");
  assert.ok(await page.getByRole("searchbox").evaluate((field) => field.matches(":focus")));
  await page.keyboard.type("er/FILE");
  await found(inspector, 1);
  await page.keyboard.press("ArrowDown");
  assert.ok(await inspector.tree.evaluate((grid) => grid.matches(":focus")));
  await page.keyboard.press("End");
  await active("file");
  await page.keyboard.press("Control+c");
  await page.getByText("Path copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "/usr/lib/deep/er/file");
  // Without the filter the row that was found is still the active one.
  await page.keyboard.press("Escape");
  await page.locator("layerglass-filter .outcome").waitFor({ state: "hidden" });
  await active("file");
  assert.deepEqual(await drawnRows(inspector), ["etc", "usr", "lib", "deep", "er", "file"]);
  await page.keyboard.press("Backspace");
  await active("er");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await active("deep");
  await page.keyboard.press("Home");
  await page.keyboard.press("*");
  await page.waitForFunction(
    () =>
      document
        .querySelector("layerglass-app")
        ?.shadowRoot?.querySelector("layerglass-inspector")
        ?.shadowRoot?.querySelector("layerglass-files")
        ?.shadowRoot?.querySelector("layerglass-tree")
        ?.shadowRoot?.querySelectorAll(".body .row").length === 9,
  );
  await page.keyboard.press("Enter");
  await page.locator("layerglass-entry").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("layerglass-entry").waitFor({ state: "detached" });
  await inspector.close();
});

test("a flat list and every column sort all rows", async () => {
  const files = [
    { name: "b/1", contents: "x", mode: 0o600, uid: 5, mtime: 30 },
    { name: "a/3", contents: "xxx", mode: 0o644, uid: 1, mtime: 20 },
    { name: "c/2", contents: "xx", mode: 0o4755, uid: 3, mtime: 10 },
  ];
  const inspector = await opened(
    stage,
    await stage.made(
      "order.tar",
      dockerArchive([tar(files), tar([{ name: "d/4", mtime: 40, uid: 9, mode: 0o700 }])]),
    ),
  );
  const { page } = inspector;
  await page.getByRole("button", { name: "Flat list" }).click();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Kind").selectOption("file");
  const order = async (/** @type {string} */ names) => {
    const wanted = names.split("");
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await drawnRows(inspector)).join("") === names) return;
      await page.waitForTimeout(50);
    }
    assert.deepEqual(await drawnRows(inspector), wanted);
  };
  const column = (/** @type {string} */ name) =>
    page.locator("layerglass-tree").getByRole("columnheader", { name }).getByRole("button").click();
  await order("3124");
  await column("Path");
  await order("4213");
  await column("Size");
  await order("3214");
  await column("Mode");
  await order("2431");
  await column("Owner");
  await order("4123");
  await column("Modified");
  await order("4132");
  await column("Layer");
  await order("4312");
  await page.getByLabel("Sort by").selectOption("name");
  await order("4321");
  await page.getByRole("button", { name: "Descending: turn" }).click();
  await order("1234");
  assert.equal(
    await page
      .locator("layerglass-tree")
      .getByRole("row", { name: /b\/\s*1/ })
      .count(),
    1,
  );
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"]))
  for (const width of [360, 800, 1440])
    test(`the filter and the flat list are accessible and fit ${width} px, ${colorScheme}`, async () => {
      const inspector = await opened(stage, IMAGE, { colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      await page.getByLabel("Size at most").fill("10 kB");
      await search(inspector, "expression", "^q/");
      await page.locator("layerglass-filter .outcome", { hasText: "matches" }).waitFor();
      const look = async (/** @type {string} */ view) => {
        assert.ok((await inspector.overflow()) <= 0, `${view} is wider than the window`);
        assert.deepEqual(await violations(page), [], view);
        if (SCREENSHOTS)
          await page.screenshot({ path: `${SCREENSHOTS}/${view}-${colorScheme}-${width}.png` });
      };
      await look("filter");
      await page.getByRole("button", { name: "Flat list" }).click();
      await page.getByRole("button", { name: /^Filter/ }).click();
      await page.locator("layerglass-tree .folder").first().waitFor();
      await look("flat");
      await inspector.close();
    });
