/** The package in Chromium, unbundled and under a strict Content-Security-Policy, on the same images as in Node. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "./browser/server.js";
import { launch, openPage } from "./support/chromium.js";
import { FILES, FOLDER, pathOf } from "./support/folder.js";
import { largeImage } from "./support/large-image.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), "layerglass-browser-"));
let server;
let browser;
let page;
let complaints;

before(async () => {
  const pkg = fileURLToPath(new URL("..", import.meta.resolve("layerglass")));
  server = await serve({ pkg, tests: here("."), images: FOLDER, scratch });
  browser = await launch();
  ({ page, complaints } = await openPage(browser, `${server.address}/tests/browser/index.html`));
  await page.waitForFunction(() => globalThis.ready);
});

after(async () => {
  await browser?.close();
  server?.close();
  await rm(scratch, { recursive: true });
});

/** The files of a folder; nothing for a file. */
async function filesOf([name, { sha256 }]) {
  if (sha256 !== undefined) return undefined;
  const root = pathOf(name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1));
}

for (const entry of FILES) {
  test(entry[0], async () => {
    const problems = await page.evaluate(
      (args) => tests.check(...args),
      [entry[0], await filesOf(entry), entry[1]],
    );
    assert.deepEqual(problems, []);
  });
}

test("a file and a folder give the same by every way in", async () => {
  const withImages = FILES.filter(([, { images }]) => images.length > 0);
  for (const entry of [
    withImages.find(([, { sha256 }]) => sha256),
    withImages.find(([, { sha256 }]) => !sha256),
  ]) {
    const same = await page.evaluate(
      (args) => tests.sameByEveryWay(...args),
      [entry[0], await filesOf(entry)],
    );
    assert.deepEqual(
      same,
      same.map(() => true),
      entry[0],
    );
  }
});

test("the core's values are there after init, with or without an archive", async () => {
  const hello = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const found = await page.evaluate(() => tests.values());
  assert.deepEqual(found, ["not-initialised", "docker.io/library/redis:7", hello, hello]);
});

test("nothing was refused by the policy, and nothing complained", () => assert.deepEqual(complaints, []));

test("work that ends or breaks gives typed errors", async () => {
  const entry = FILES.find(([name, { images }]) => name.endsWith(".tar") && images.length > 0);
  assert.deepEqual(await page.evaluate((args) => tests.failures(...args), [entry[0], await filesOf(entry)]), {
    aborted: ["aborted", "aborted"],
    closed: ["aborted", "closed"],
    noWorker: ["io", "worker-died"],
    path: ["unsupported", "input"],
    notAnImage: ["invalid", "not-an-image"],
  });
});

test("a trap in a worker is a typed error, and the next scan works", async () => {
  const entry = FILES.find(([name, { images }]) => name.endsWith(".tar") && images.length > 0);
  assert.deepEqual(await page.evaluate((args) => tests.trap(...args), [entry[0], await filesOf(entry)]), {
    first: ["io", "worker-died"],
    second: true,
  });
});

test("a hundred aborted scans leave memory level", async () => {
  const image = largeImage({ layers: 4, files: 200, bytesPerFile: 64 << 10 });
  await writeFile(join(scratch, "large.tar"), image.stream());
  const { ends, before, afterwards, scanned } = await page.evaluate(() =>
    tests.abortedScans("/scratch/large.tar"),
  );
  assert.ok(ends.includes("aborted"), `${ends}`);
  assert.ok(afterwards <= before + (8 << 20), `${before}, then ${afterwards}`);
  assert.equal(scanned, true);
});
