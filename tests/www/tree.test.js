import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dockerArchive } from "./support/image.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const base = tar([
  { name: "bin/", type: "5" },
  { name: "bin/sh", contents: "shell", mode: 0o4755 },
  { name: "bin/ls", type: "2", link: "sh" },
  { name: "etc/", type: "5" },
  { name: "etc/hosts", contents: "localhost" },
  { name: "etc/motd", contents: "welcome" },
  { name: "etc/group", contents: "root" },
  { name: "usr/lib/deep/er/file", contents: "deep" },
  { name: "var/", type: "5" },
]);
const above = tar([
  { name: "etc/hosts", contents: "elsewhere" },
  { name: "etc/motd", contents: "welcome", mode: 0o600 },
  { name: "etc/.wh.group" },
  { name: "etc/new", contents: "new" },
]);

/** @param {string} name @param {Buffer} archive @param {import("playwright-core").BrowserContextOptions} [options] */
async function opened(name, archive, options) {
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 }, ...options });
  await inspector.pick(await stage.made(name, archive));
  await inspector.scanned();
  return inspector;
}

test("the tree is walked with the keyboard", async () => {
  const inspector = await opened("walk.tar", dockerArchive([base]));
  await inspector.files("all");
  await inspector.tree.focus();
  const { page } = inspector;
  const press = async (/** @type {string} */ key, /** @type {string} */ row) => {
    await page.keyboard.press(key);
    await page.waitForFunction((wanted) => {
      const root = document
        .querySelector("layerglass-app")
        ?.shadowRoot?.querySelector("layerglass-inspector")
        ?.shadowRoot?.querySelector("layerglass-files")
        ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
      return root?.querySelector("[role=row][aria-selected=true] .text")?.textContent?.trim() === wanted;
    }, row);
  };
  await press("Home", "bin");
  await press("ArrowDown", "etc");
  await press("ArrowRight", "etc");
  await page.locator("layerglass-tree [aria-selected=true][aria-expanded=true]").waitFor();
  await press("ArrowRight", "group");
  await press("ArrowDown", "hosts");
  await press("ArrowLeft", "etc");
  await press("ArrowLeft", "etc");
  await page.locator("layerglass-tree [aria-selected=true][aria-expanded=false]").waitFor();
  await press("End", "var");
  await press("PageUp", "bin");
  await press("PageDown", "var");
  await press("u", "usr");
  await press("Enter", "usr");
  await page.locator("layerglass-tree [aria-selected=true][aria-expanded=true]").waitFor();
  assert.deepEqual(await inspector.rowNames(), ["bin", "etc", "usr", "lib", "var"]);
  await press("ArrowDown", "lib");
  await page.waitForTimeout(800);
  await press("v", "var");
  await inspector.close();
});

test("rows tell assistive technology their level, state and place", async () => {
  const inspector = await opened("roles.tar", dockerArchive([base]));
  await inspector.files("all");
  await inspector.tree.focus();
  const { page } = inspector;
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const row = page.locator("layerglass-tree").getByRole("row", { name: /^sh\b/ });
  await row.waitFor();
  assert.equal(await row.getAttribute("aria-level"), "2");
  assert.equal(await row.getAttribute("aria-expanded"), null);
  assert.equal(await row.getAttribute("aria-posinset"), "2");
  assert.equal(await row.getAttribute("aria-setsize"), "2");
  assert.equal(await row.getAttribute("aria-rowindex"), "4");
  const active = await inspector.tree.getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`layerglass-tree #${active}`).getAttribute("aria-level"), "1");
  assert.equal(await inspector.tree.getAttribute("aria-rowcount"), "7");
  await inspector.close();
});

test("what a layer added, changed and removed is marked", async () => {
  const inspector = await opened("changes.tar", dockerArchive([base, above]));
  const { page } = inspector;
  await inspector.files(2);
  await inspector.tree.waitFor();
  const row = (/** @type {string} */ name) =>
    page.locator("layerglass-tree .row", {
      has: page.locator(".text", { hasText: new RegExp(`^${name}$`) }),
    });
  await row("new").waitFor();
  assert.match((await row("new").getAttribute("class")) ?? "", /added/);
  assert.match((await row("group").getAttribute("class")) ?? "", /removed/);
  assert.match((await row("hosts").getAttribute("class")) ?? "", /modified/);
  assert.match(await row("hosts").locator(".change").innerText(), /contents/);
  assert.match(await row("motd").locator(".change").innerText(), /mode.*probably identical/);
  assert.equal(await page.locator("layerglass-tree").getByText("identical", { exact: true }).count(), 0);
  await page.getByRole("button", { name: "Compare contents exactly" }).click();
  await page.locator("layerglass-tree .change", { hasText: /mode; contents identical/ }).waitFor();
  await row("motd").click();
  await page.locator("layerglass-entry").getByText("SHA-256 of contents").waitFor();
  await page.getByRole("button", { name: "Everything up to it" }).click();
  await page.locator("layerglass-tree .text", { hasText: /^bin$/ }).waitFor();
  await inspector.close();
});

test("one entry is described, and leads to the layer that wrote it", async () => {
  const inspector = await opened("entry.tar", dockerArchive([base, above]));
  const { page } = inspector;
  await inspector.files("all");
  await page.getByRole("searchbox", { name: "Find by path" }).fill("BIN/SH");
  await page.locator("layerglass-tree .text", { hasText: /^sh$/ }).click();
  const entry = page.locator("layerglass-entry");
  await entry.getByText("rwsr-xr-x").waitFor();
  await entry.getByRole("button", { name: "layer 1" }).click();
  await page
    .locator("layerglass-layer")
    .getByRole("heading", { name: /Layer 1/ })
    .waitFor();
  await inspector.close();
});

test("columns sort the tree", async () => {
  const sizes = tar(
    ["a", "b", "c"].map((name, index) => ({
      name,
      contents: "x".repeat([20, 300, 1][index] ?? 0),
      mtime: [3, 1, 2][index] ?? 0,
    })),
  );
  const inspector = await opened("sort.tar", dockerArchive([sizes]));
  await inspector.files("all");
  await inspector.tree.waitFor();
  const { page } = inspector;
  const sorted = async (/** @type {string} */ column, /** @type {string} */ names) => {
    await page.locator("layerglass-tree").getByRole("button", { name: column }).click();
    await page.waitForFunction((wanted) => {
      const root = document
        .querySelector("layerglass-app")
        ?.shadowRoot?.querySelector("layerglass-inspector")
        ?.shadowRoot?.querySelector("layerglass-files")
        ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
      const rows = [...(root?.querySelectorAll(".body .row") ?? [])].sort(
        (a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")),
      );
      return rows.map((each) => each.querySelector(".text")?.textContent?.trim()).join("") === wanted;
    }, names);
  };
  await sorted("Size", "bac");
  await sorted("Size", "cab");
  await sorted("Modified", "acb");
  await sorted("Name", "abc");
  await inspector.close();
});

test("of 50,000 files only what is seen is drawn", async () => {
  function* many() {
    for (let index = 0; index < 50_000; index += 1) yield { name: `file-${String(index).padStart(5, "0")}` };
  }
  const inspector = await opened("many.tar", dockerArchive([tar(many())]));
  await inspector.files("all");
  await inspector.tree.focus();
  const { page } = inspector;
  const drawn = () => page.locator("layerglass-tree .body .row").count();
  assert.equal(await inspector.tree.getAttribute("aria-rowcount"), "50001");
  assert.ok((await drawn()) < 100);
  await page.keyboard.press("End");
  await page.locator("layerglass-tree .text", { hasText: "file-49999" }).waitFor();
  assert.ok((await drawn()) < 100);
  for (const part of [0.2, 0.7, 0.45]) {
    await inspector.tree.evaluate((grid, part) => {
      grid.scrollTop = grid.scrollHeight * part;
    }, part);
    await page.waitForFunction((part) => {
      const root = document
        .querySelector("layerglass-app")
        ?.shadowRoot?.querySelector("layerglass-inspector")
        ?.shadowRoot?.querySelector("layerglass-files")
        ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
      const seen = [...(root?.querySelectorAll(".body .row:not(.waiting) .text") ?? [])].map((text) =>
        Number(text.textContent?.slice(5)),
      );
      return seen.some((number) => Math.abs(number - 50_000 * part) < 50);
    }, part);
    assert.ok((await drawn()) < 100);
  }
  // All letters at once: on a busy machine keys that are pressed one by one may come too far apart for a word.
  await inspector.tree.evaluate((grid) => {
    for (const key of "file-12345") grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  });
  await page.locator("layerglass-tree [aria-selected=true] .text", { hasText: "file-12345" }).waitFor();
  await inspector.close();
});

test("hostile names are shown as text, with what cannot be seen named", async () => {
  const deep = `${"d/".repeat(1500)}leaf`;
  const layer = tar([
    { name: "evil\u202Etxt.exe", contents: "1" },
    { name: "bell\u0007esc\u001b[31m", contents: "2" },
    { name: "<img src=x onerror=alert(1)>", contents: "3" },
    { name: Buffer.from([0x63, 0x61, 0x66, 0xe9]), contents: "4" },
    { name: "../outside", contents: "5" },
    { name: "/absolute", contents: "6" },
    { name: deep, contents: "7" },
    { name: `${"long".repeat(60)}`, contents: "8" },
    { name: "link", type: "2", link: "../../\u202Egnp" },
  ]);
  const config = {
    Env: ["A=\u202Eb", "<script>alert(1)</script>=x"],
    Labels: { "\u0000nul": "\u2066isolate" },
  };
  const history = [{ created: "2024-01-02T03:04:05Z", created_by: "RUN \u202Eevil # <b>bold</b>" }];
  const inspector = await opened("hostile.tar", dockerArchive([layer], { config, history }), {
    viewport: { width: 1440, height: 2000 },
  });
  const { page } = inspector;
  assert.ok((await page.locator("layerglass-config .sign").count()) >= 3);
  await inspector.files("all");
  await inspector.tree.waitFor();
  const names = await inspector.rowNames();
  assert.ok(names.includes("<img src=x onerror=alert(1)>"), names.join("\n"));
  assert.ok(
    names.some((name) => name.startsWith("evil202Etxt.exe")),
    names.join("\n"),
  );
  assert.ok(names.some((name) => name.startsWith("bellBELescESC[31m")));
  assert.ok(names.some((name) => name.includes("not UTF-8")));
  assert.equal(
    await page.locator("layerglass-tree img, layerglass-tree script, layerglass-config script").count(),
    0,
  );
  const visible = await page.evaluate(
    () => document.querySelector("layerglass-app")?.shadowRoot?.textContent ?? "",
  );
  assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(visible));
  await page.getByRole("button", { name: "Open all" }).click();
  await page.waitForFunction(() => {
    const root = document
      .querySelector("layerglass-app")
      ?.shadowRoot?.querySelector("layerglass-inspector")
      ?.shadowRoot?.querySelector("layerglass-files")
      ?.shadowRoot?.querySelector("layerglass-tree")?.shadowRoot;
    return Number(root?.querySelector("[role=treegrid]")?.getAttribute("aria-rowcount")) > 1500;
  });
  assert.ok((await page.locator("layerglass-tree .body .row").count()) < 150);
  await inspector.tab("Checks");
  assert.ok(
    (await page.locator("layerglass-checks .finding").count()) > 0,
    "names that lead outside are findings",
  );
  const finding = page.locator("layerglass-checks .finding", { hasText: "BEL" });
  await finding.getByRole("button", { name: "Show in layer 1" }).first().click();
  await page
    .locator("layerglass-tree [aria-selected=true] .text", { hasText: "bellBELescESC[31m" })
    .waitFor();
  await page.getByRole("searchbox").fill("there is no such path");
  await page.getByText("No path contains “there is no such path”").waitFor();
  await inspector.close();
});
