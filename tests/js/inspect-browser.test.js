/** Looking into images in Chromium, bundled and under a strict policy: the same as in Node. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openArchive } from "layerglass/archive";
import { build } from "vite";
import { serve } from "./browser/server.js";
import { everything, preview } from "./inspect/ask.js";
import { launch, openPage } from "./support/chromium.js";
import { FOLDER, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-inspect-"));
let server;
let browser;
let page;
let complaints;

/** What gzip cannot make smaller. */
function noise(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = 1; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

before(async () => {
  const site = join(scratch, "site");
  await build({
    root: fileURLToPath(new URL("inspect/browser", import.meta.url)),
    configFile: false,
    logLevel: "warn",
    worker: { format: "es" },
    build: { outDir: site, emptyOutDir: true, target: "es2022" },
  });
  const files = Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`big${at}`, noise(8 << 20)]));
  const layer = gzipSync(tarOf({ ...files, "deep/file": "found\n", last: noise(4 << 20) }), { level: 1 });
  await writeFile(join(scratch, "deep.tar"), await dockerArchive([layer]));
  const status = "Package: tool\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n";
  const made = tarOf({ "var/lib/dpkg/status": status, "a.txt": "same", "b.txt": "same" });
  await writeFile(join(scratch, "made.tar"), await dockerArchive([made]));
  server = await serve({ images: FOLDER, scratch, "": site });
  browser = await launch();
  ({ page, complaints } = await openPage(browser, `${server.address}/index.html`));
  await page.waitForFunction(() => globalThis.ready);
});

after(async () => {
  await browser?.close();
  server?.close();
  await rm(scratch, { recursive: true, force: true });
});

const call = (name, ...values) => page.evaluate(([name, values]) => tests[name](...values), [name, values]);

for (const name of ["quirks.docker28.tar", "quirks.docker20.tar.xz", "quirks.zstd.oci.tar", "made.tar"]) {
  test(`${name}: everything as in Node`, { timeout: 60_000 }, async () => {
    const isMade = name === "made.tar";
    const archive = await openArchive(isMade ? join(scratch, name) : pathOf(name));
    const expected = await everything(archive);
    archive.close();
    assert.equal(await call("everything", `/${isMade ? "scratch" : "images"}/${name}`), expected);
    assert.ok(!isMade || JSON.parse(expected).packages.packages.length === 1);
    assert.deepEqual(complaints, []);
  });
}

test("after a scan a preview reads what lies around the file", { timeout: 60_000 }, async () => {
  const archive = await openArchive(join(scratch, "deep.tar"));
  const expected = await preview(archive, "deep/file");
  const { size } = archive.data;
  archive.close();
  const shown = await call("preview", "/scratch/deep.tar", "deep/file");
  for (const { text, read } of [expected, shown]) {
    assert.equal(text, "found\n");
    assert.ok(read < size / 5, `${read} of ${size} bytes were read`);
  }
});
