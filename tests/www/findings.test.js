import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { issues } from "layerglass/inspect";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { IMAGES } from "./support/images.js";
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
// Made of parts, so that no tool takes this file for one that leaks it.
const TOKEN = ["ghp", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6"].join("_");
const PASSWORD = "correct horse";

/** An image with something for every rule but certificates, much of it deleted later. */
function worrying() {
  const layers = [
    tar([
      { name: "usr/bin/su", mode: 0o4755, contents: "#!" },
      { name: "etc/open", mode: 0o666, contents: "x" },
      { name: "srv/.git/objects/pack/a.pack", contents: Buffer.alloc(2 << 20, 7) },
    ]),
    tar([
      { name: "root/deploy.sh", contents: `export GITHUB=${TOKEN}\n` },
      { name: "var/cache/apt/archives/some.deb", contents: Buffer.alloc(300_000, 1) },
    ]),
    tar([
      { name: "root/.wh.deploy.sh" },
      { name: "srv/<img src=x onerror=alert(1)>", mode: 0o4755, contents: "#!" },
    ]),
  ];
  const history = [
    { created_by: "ADD rootfs.tar /" },
    { created_by: `RUN /bin/sh -c TOKEN='${PASSWORD}' make install # buildkit` },
    { created_by: "RUN rm /root/deploy.sh" },
    { created_by: `ENV DB_PASSWORD ${PASSWORD}`, empty_layer: true },
  ];
  return dockerArchive(layers, { config: { Env: ["PATH=/bin", `DB_PASSWORD=${PASSWORD}`] }, history });
}

/** The page with the findings of a file. @param {string} path @param {import("playwright-core").BrowserContextOptions} [options] */
async function findings(path, options) {
  const inspector = await opened(stage, path, options);
  await inspector.tab("Findings");
  const view = inspector.page.locator("layerglass-findings");
  await view
    .getByRole("status")
    .filter({ hasText: /finding/ })
    .waitFor();
  return { inspector, view };
}

test("everything that should worry is told by rule, with why, where, command and what to do", async () => {
  const { inspector, view } = await findings(await stage.made("worrying.tar", worrying()));
  const { page } = inspector;
  const heads = await view.getByRole("heading", { level: 2 }).allInnerTexts();
  // The gravest first.
  assert.equal(heads[0], "Secrets");
  assert.deepEqual(
    new Set(heads),
    new Set([
      "Secrets",
      "Runs as root",
      "Everybody may write",
      "Runs with another’s rights",
      "Caches left behind",
      "Git history",
    ]),
  );
  const secrets = view.getByRole("region", { name: "Secrets" });
  const inFile = secrets.getByRole("listitem").filter({ hasText: "the file holds a GitHub token" });
  assert.match(await inFile.innerText(), /\/root\/deploy\.sh/);
  assert.match(await inFile.innerText(), /deleted later, still in the image/);
  assert.match(await inFile.innerText(), /make install/);
  assert.match(await secrets.innerText(), /Take the key back where it was given out/);
  await secrets.getByText(/the environment holds .*DB_PASSWORD/).waitFor();
  // Whoever looks over a shoulder learns nothing.
  const text = await view.evaluate((element) => element.shadowRoot?.textContent ?? "");
  const titles = await view.evaluate((element) =>
    [...(element.shadowRoot?.querySelectorAll("[title]") ?? [])]
      .map((each) => each.getAttribute("title"))
      .join("\n"),
  );
  for (const secret of [TOKEN, TOKEN.slice(8), PASSWORD]) {
    assert.ok(!text.includes(secret), `${secret} in the text`);
    assert.ok(!titles.includes(secret), `${secret} in a tooltip`);
  }
  assert.ok(text.includes(TOKEN.slice(0, 8)));
  // Names from the image are text.
  assert.ok(text.includes("<img src=x onerror=alert(1)>"));
  assert.equal(await page.locator("layerglass-findings img").count(), 0);
  // As many as the package finds in Node.
  const archive = await openArchive(worrying());
  await archive.scan();
  const { issues: found } = await issues(archive, 0);
  archive.close();
  assert.equal(await view.getByRole("listitem").count(), found.length);
  const grave = found.filter(({ severity }) => severity === "error").length;
  assert.equal(
    (await page.getByRole("tab", { name: /^Findings/ }).innerText()).replaceAll(/\s+/g, " "),
    `Findings ${grave} errors`,
  );
  await inspector.close();
});

test("findings are narrowed down by severity, rule and whether containers see them", async () => {
  const { inspector, view } = await findings(await stage.made("worrying.tar", worrying()));
  const status = view.getByRole("status");
  const all = await view.getByRole("listitem").count();
  await view.getByLabel("Severity").selectOption("info");
  assert.deepEqual(await view.getByRole("heading", { level: 2 }).allInnerTexts(), [
    "Runs with another’s rights",
  ]);
  await status.filter({ hasText: "2 findings" }).waitFor();
  await view.getByLabel("Severity").selectOption("all");
  await view.getByLabel("Rule").selectOption("package-cache");
  await status.filter({ hasText: "1 finding" }).waitFor();
  assert.match(await view.getByRole("listitem").innerText(), /300 kB/);
  await view.getByLabel("Rule").selectOption("all");
  await view.getByLabel("Where").selectOption("deleted");
  const deleted = await view.getByRole("listitem").count();
  assert.equal(await view.getByText("deleted later, still in the image").count(), deleted);
  await view.getByLabel("Where").selectOption("seen");
  assert.equal((await view.getByRole("listitem").count()) + deleted, all);
  await inspector.close();
});

test("a finding leads to its file and to its layer, and stays when one comes back", async () => {
  const { inspector, view } = await findings(await stage.made("worrying.tar", worrying()));
  const { page } = inspector;
  await view.getByRole("button", { name: "/root/deploy.sh" }).click();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  await page
    .locator("layerglass-layer")
    .getByRole("heading", { name: /Layer 2/ })
    .waitFor();
  await page.locator("layerglass-tree [aria-selected=true]", { hasText: "deploy.sh" }).waitFor();
  await inspector.tab("Findings");
  await view.getByRole("region", { name: "Git history" }).getByRole("button", { name: "Layer 1" }).click();
  await page
    .locator("layerglass-layer")
    .getByRole("heading", { name: /Layer 1/ })
    .waitFor();
  await inspector.close();
});

test("an image without anything to worry about says so", async () => {
  const layer = tar([{ name: "hello", contents: "hello" }]);
  const path = await stage.made("calm.tar", dockerArchive([layer], { config: { User: "app" } }));
  const inspector = await opened(stage, path);
  await inspector.tab("Findings");
  await inspector.page.getByText("Nothing to worry about was found").waitFor();
  assert.equal(await inspector.page.getByRole("tab", { name: /^Findings/ }).innerText(), "Findings");
  assert.deepEqual(await violations(inspector.page), []);
  await inspector.close();
});

test("each image of a file has findings of its own, also in the tab", async () => {
  const path = `${IMAGES}/shared.docker20.tar`;
  const archive = await openArchive(path);
  await archive.scan();
  const expected = await Promise.all([0, 1].map(async (image) => (await issues(archive, image)).issues));
  const names = archive.data.images.map(({ familiarNames }) => familiarNames[0] ?? "");
  archive.close();
  const { inspector, view } = await findings(path);
  const { page } = inspector;
  for (const image of [0, 1, 0]) {
    await page.locator("layerglass-images").getByRole("button", { name: names[image] }).click();
    await inspector.tab("Findings");
    const found = expected[image] ?? [];
    await view
      .getByRole("status")
      .filter({ hasText: new RegExp(`^${found.length} finding`) })
      .waitFor();
    assert.equal(await view.getByRole("listitem").count(), found.length);
  }
  await inspector.close();
});

test("findings of a real image are those that the package finds in Node", async () => {
  const path = `${IMAGES}/quirks.docker28.tar`;
  const archive = await openArchive(path);
  await archive.scan();
  const { issues: found } = await issues(archive, 0);
  archive.close();
  assert.ok(found.length > 0);
  const { inspector, view } = await findings(path);
  assert.equal(await view.getByRole("listitem").count(), found.length);
  const text = (await view.getByRole("listitem").allInnerTexts()).join("\n");
  for (const { path: file } of found)
    assert.ok(file === undefined || text.includes(`/${file}`), `${file} in ${text}`);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`findings are accessible and fit ${width} px, ${colorScheme}`, async () => {
      const path = await stage.made("worrying.tar", worrying());
      const { inspector } = await findings(path, { colorScheme, viewport: { width, height: 900 } });
      assert.ok((await inspector.overflow()) <= 0);
      assert.deepEqual(await violations(inspector.page), []);
      if (SCREENSHOTS)
        await inspector.page.screenshot({ path: `${SCREENSHOTS}/findings-${colorScheme}-${width}.png` });
      await inspector.close();
    });
  }
}
