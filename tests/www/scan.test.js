import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dockerArchive } from "./support/image.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

/** @type {Map<string, { json: unknown } | { file: string, hold?: Promise<void>, holdFrom?: number }>} */
const offers = new Map();
/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start(offers);
});
after(() => stage.close());

test("a scan shows its progress, is stopped, leaves what was scanned, and goes on", async () => {
  const small = tar([{ name: "small", contents: "small" }]);
  const large = tar([{ name: "large", contents: Buffer.alloc(4 << 20, "x") }]);
  const archive = dockerArchive([small, large]);
  const path = await stage.made("slow.tar", archive);
  let release = () => {};
  const hold = new Promise((/** @type {(value: void) => void} */ resolve) => {
    release = resolve;
  });
  offers.set("/abc/", { json: { name: "slow.tar", kind: "file", size: archive.length, url: "/abc/file" } });
  // The large layer's bytes do not come before they are let go.
  offers.set("/abc/file", { file: path, hold, holdFrom: 1 << 20 });
  const inspector = await stage.inspector({ query: "?open=/abc/", viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  await page.getByRole("progressbar").waitFor();
  await inspector.files(1);
  await page.locator("layerglass-tree .text", { hasText: /^small$/ }).waitFor();
  await inspector.files(2);
  await page.getByText("Layer 2 is still to be scanned").waitFor();
  await page.getByRole("button", { name: "Stop the scan" }).click();
  await page.getByText("Scan stopped").waitFor();
  await page.getByText("Not all layers are scanned").waitFor();
  await inspector.files(1);
  await page.locator("layerglass-tree .text", { hasText: /^small$/ }).waitFor();
  release();
  await inspector.files(2);
  await page.getByRole("button", { name: "Go on with the scan" }).click();
  await inspector.scanned();
  await page.locator("layerglass-tree .text", { hasText: /^large$/ }).waitFor();
  await inspector.tab("Checks");
  await page.getByText(/All \d+ declared digests match/).waitFor();
  await inspector.close();
});

test("opening another file while one is being scanned shows the other", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const one = await stage.made(
    "one.tar",
    dockerArchive([tar([{ name: "one", contents: Buffer.alloc(32 << 20) }])], { name: "one:1" }),
  );
  const two = await stage.made("two.tar", dockerArchive([tar([{ name: "two" }])], { name: "two:2" }));
  await inspector.pick(one);
  await page.getByRole("heading", { name: "one:1" }).waitFor();
  await page.locator("layerglass-bar #again").setInputFiles(two);
  await page.getByRole("heading", { name: "two:2" }).waitFor();
  await inspector.scanned();
  assert.equal(await page.getByText("one:1").count(), 0);
  await inspector.close();
});
