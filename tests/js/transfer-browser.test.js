/** Images in and out in Chromium: bundled, under a strict policy, with two tabs of one user. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openArchive } from "layerglass/archive";
import { convert, extractTar } from "layerglass/transfer";
import { build } from "vite";
import { serve } from "./browser/server.js";
import { launch } from "./support/chromium.js";
import { bytesOf } from "./support/essence.js";
import { FOLDER, pathOf } from "./support/folder.js";
import { largeImage } from "./support/large-image.js";

const IMAGE = "quirks.docker28.tar";
const COMPRESSED = "quirks.docker20.tar.xz";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-transfer-"));
let server;
let browser;
let context;
let page;

async function openPage() {
  const opened = await context.newPage();
  await opened.goto(`${server.address}/index.html`);
  await opened.waitForFunction(() => globalThis.ready);
  return opened;
}

before(async () => {
  const site = join(scratch, "site");
  await build({
    root: fileURLToPath(new URL("transfer/browser", import.meta.url)),
    configFile: false,
    logLevel: "warn",
    worker: { format: "es" },
    build: { outDir: site, emptyOutDir: true, target: "es2022" },
  });
  const large = largeImage({ layers: 4, files: 100, bytesPerFile: 256 << 10 });
  await writeFile(
    join(scratch, "large.tar"),
    large instanceof Blob ? new Uint8Array(await large.arrayBuffer()) : large,
  );
  server = await serve({ images: FOLDER, scratch, "": site });
  browser = await launch();
  context = await browser.newContext({ acceptDownloads: true });
  page = await openPage();
});

after(async () => {
  await browser?.close();
  server?.close();
  await rm(scratch, { recursive: true, force: true });
});

const call = (name, ...values) => page.evaluate(([name, values]) => tests[name](...values), [name, values]);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

for (const kind of ["memory", "OPFS"]) {
  test(`conformance: layers in ${kind}`, { timeout: 60_000 }, async () => {
    const { checks, failures } = await call("conformance", kind);
    assert.deepEqual(failures, []);
    assert.ok(checks >= 12, `${checks} checks`);
  });
}

test("what is converted and taken out is the same as in Node, compressed files included", {
  timeout: 120_000,
}, async () => {
  for (const name of [IMAGE, COMPRESSED]) {
    const archive = await openArchive(pathOf(name));
    for (const way of [{ format: "oci", compression: "zstd" }, { format: "docker" }]) {
      const expected = sha256(await bytesOf(convert(archive, way).stream));
      assert.equal(
        await call("converted", `/images/${name}`, way),
        expected,
        `${name} ${JSON.stringify(way)}`,
      );
    }
    const { tar, contents } = await call("extracted", `/images/${name}`, "q/hl1");
    assert.equal(tar, sha256(await bytesOf(extractTar(archive, 0).stream)));
    assert.match(contents, /^[0-9a-f]{64}$/);
    archive.close();
  }
});

for (const [backend, layers] of [
  ["memory", "memory"],
  ["IndexedDB", "OPFS"],
  ["OPFS", "OPFS"],
]) {
  test(`loaded into ${backend} with layers in ${layers}, and saved again`, { timeout: 60_000 }, async () => {
    const archive = await openArchive(pathOf(IMAGE));
    const expected = sha256(await bytesOf(convert(archive, { format: "docker" }).stream));
    const found = await call("roundTrip", `/images/${IMAGE}`, backend, layers, `round-${backend}`);
    assert.deepEqual(found, {
      names: ["docker.io/library/quirks:1"],
      problems: [],
      saved: expected,
      isKnown: true,
      left: 0,
    });
    archive.close();
  });
}

const TOTAL = 20_000_000;
const contents = () => {
  const bytes = new Uint8Array(TOTAL);
  for (let at = 0; at < TOTAL; at += 1 << 16) bytes.fill(at >> 16, at, at + (1 << 16));
  return bytes;
};

for (const way of ["opfs", "memory"]) {
  test(`a download through ${way}`, { timeout: 60_000 }, async () => {
    await call("noPicker");
    const [download, saved] = await Promise.all([
      page.waitForEvent("download"),
      call("download", `image-${way}.tar`, TOTAL, { ways: [way] }),
    ]);
    assert.deepEqual(saved.report, { way, bytes: TOTAL });
    assert.equal(saved.told, TOTAL);
    assert.equal(download.suggestedFilename(), `image-${way}.tar`);
    const path = join(scratch, `downloaded-${way}`);
    await download.saveAs(path);
    assert.equal(sha256(await readFile(path)), sha256(contents()));
  });
}

test("a download into a file that the user chooses", { timeout: 60_000 }, async () => {
  await call("pick", "chosen.tar");
  const { report } = await call("download", "chosen.tar", TOTAL);
  assert.deepEqual(report, { way: "picker", bytes: TOTAL });
  assert.deepEqual(await call("picked", "chosen.tar"), { size: TOTAL, digest: sha256(contents()) });
});

test("a download that is not wanted, fails, is ended or is too large leaves nothing", {
  timeout: 60_000,
}, async () => {
  const before = (await call("downloads")).length;
  await call("pickNothing");
  const closed = await call("download", "a.tar", TOTAL);
  assert.equal(closed.report.kind, "aborted");
  assert.equal(closed.cancelled, true);
  await call("pick", "broken.tar");
  const broken = await call("download", "broken.tar", TOTAL, { failAt: 5_000_000 });
  assert.equal(broken.report.kind, "io");
  assert.equal(await call("picked", "broken.tar"), undefined);
  await call("had", "broken.tar", "before");
  await call("download", "broken.tar", TOTAL, { failAt: 5_000_000 });
  assert.equal((await call("picked", "broken.tar")).size, 6);
  await call("noPicker");
  const failed = await call("download", "b.tar", TOTAL, { failAt: 5_000_000 });
  assert.deepEqual([failed.report.kind, failed.left], ["io", before]);
  const ended = await call("download", "c.tar", TOTAL, { abortAt: 1 });
  assert.deepEqual([ended.report.kind, ended.cancelled, ended.left], ["aborted", true, before]);
  assert.ok(ended.given < TOTAL);
  const large = await call("download", "d.tar", TOTAL, { ways: ["memory"], memoryBytes: 1_000_000 });
  assert.deepEqual([large.report.kind, large.cancelled], ["limit", true]);
  assert.ok(large.given < 2_000_000, `${large.given} bytes were taken`);
});

test("a tab that is closed while it downloads leaves nothing behind", { timeout: 60_000 }, async () => {
  const other = await openPage();
  await other.evaluate(() => void tests.download("never.tar", 2 ** 40, { ways: ["opfs"] }));
  const before = (await call("downloads")).length;
  await page.waitForTimeout(300);
  await other.close();
  await page.waitForTimeout(500);
  // The next download clears it up.
  await Promise.all([page.waitForEvent("download"), call("download", "next.tar", 1000, { ways: ["opfs"] })]);
  assert.ok((await call("downloads")).length <= before + 1);
});

test("a tab that is closed while it loads: another sees nothing of it, and can load", {
  timeout: 120_000,
}, async () => {
  for (let turn = 0; turn < 3; turn++) {
    const name = `closed-${turn}`;
    const other = await openPage();
    const begun = await other.evaluate(
      ([address, name]) => tests.beginLoad(address, name),
      ["/scratch/large.tar", name],
    );
    assert.equal(typeof begun, "number", "it was closed in the middle");
    await page.waitForTimeout(turn * 30);
    await other.close();
    const found = await call("afterwards", "/scratch/large.tar", name);
    // It may have been done before it was closed; half of it is never seen.
    if (found.seen.size === 0) assert.deepEqual([found.seen.names, found.left, found.files], [[], 0, []]);
    assert.deepEqual(found.seen.problems, []);
    assert.deepEqual([found.loaded, found.problems], [1, []]);
  }
});

test("an archive that is closed while it is loaded", { timeout: 60_000 }, async () => {
  const { error, size, layers } = await call("closedUnder", "/scratch/large.tar");
  assert.equal(error.kind, "aborted");
  assert.deepEqual([size, layers], [0, 0]);
});
