import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { dockerArchive, layoutWithAbsentPlatform } from "./support/image.js";
import { expected, find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

/** A real image by its file's name. @param {string} name */
function real(name) {
  return find((entry) => entry.name === name);
}

test("the platforms of an image are offered, and one that is not in the file says so", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const path = await stage.made("platforms.oci.tar", layoutWithAbsentPlatform([tar([{ name: "a" }])]));
  await inspector.pick(path);
  const picker = page.getByRole("group", { name: "Platform" });
  const absent = picker.getByRole("button", { name: "linux/arm64/v8 not in this file" });
  await absent.waitFor();
  // The statement about the image is none of its platforms.
  assert.equal(await picker.getByRole("button").count(), 2);
  assert.equal(
    await picker.getByRole("button", { name: "linux/amd64" }).getAttribute("aria-pressed"),
    "true",
  );
  await absent.click();
  await page.getByRole("heading", { name: "This image is not in the file" }).waitFor();
  assert.equal(await absent.getAttribute("aria-pressed"), "true");
  await picker.getByRole("button", { name: "linux/amd64" }).click();
  await page.getByRole("heading", { name: "How it was made" }).waitFor();
  await inspector.close();
});

test("both platforms of a real image can be looked at", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pickFolder(real("multiarch.oci").path);
  await inspector.scanned();
  const picker = page.getByRole("group", { name: "Platform" });
  for (const architecture of ["arm64", "amd64"]) {
    await picker.getByRole("button", { name: `linux/${architecture}` }).click();
    await page.locator("layerglass-dockerfile").getByText(`ENV ARCH=${architecture}`).waitFor();
  }
  await inspector.close();
});

test("sizes are told as stored, unpacked, and shared by stored layer", async () => {
  const entry = real("shared.docker20.tar");
  const archive = await openArchive(entry.path);
  await archive.scan();
  const [image] = archive.data.images;
  const shared = archive.data.layers[image?.layers[0]?.blob ?? -1]?.storedSize;
  const inspector = await stage.inspector();
  await inspector.pick(entry.path);
  await inspector.scanned();
  const sizes = inspector.page.locator("layerglass-overview .sizes > div");
  const exact = async (/** @type {number} */ position) =>
    Number((await sizes.nth(position).locator("strong").getAttribute("title"))?.replace(/\D/g, ""));
  assert.equal(await exact(0), image?.storedSize);
  assert.equal(await exact(1), image?.unpackedSize);
  assert.equal(await exact(2), shared);
  assert.match(await sizes.nth(2).innerText(), /1 layer, also of 1 other image/);
  archive.close();
  await inspector.close();
});

test("the history reads as a Dockerfile, leads to the layers and is copied as text", async () => {
  const inspector = await stage.inspector({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = inspector;
  await inspector.pick(real("quirks.docker20.tar.gz").path);
  await inspector.scanned();
  const made = page.locator("layerglass-dockerfile");
  await made.getByRole("button", { name: "Copy as text" }).click();
  await made.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^FROM scratch\n/);
  assert.match(copied, /^ENTRYPOINT \["\/bin\/sh", "-c"\]\nCMD \["id"\]\n$/m);
  const shownLines = await made.locator("code > span").allInnerTexts();
  assert.deepEqual(
    shownLines.map((line) => line.trim()),
    copied
      .trimEnd()
      .split("\n")
      .map((line) => line.trim()),
  );
  await made.getByRole("button", { name: /^Layer 3\b/ }).click();
  await page.getByRole("heading", { name: /^Layer 3 of 6/ }).waitFor();
  await inspector.close();
});

test("the config is told in sentences, with the stored JSON beside it", async () => {
  const inspector = await stage.inspector({
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1440, height: 900 },
  });
  const { page } = inspector;
  const entry = real("quirks.docker20.tar.gz");
  await inspector.pick(entry.path);
  await page
    .locator("layerglass-config .sentence")
    .filter({
      hasText: "Runs /bin/sh -c id as user 12345 and group 54321, in /.",
    })
    .waitFor();
  const json = page.getByRole("region", { name: "Config of the image" });
  await json.getByText('"StopSignal": "SIGUSR1"').waitFor();
  const [words, beside] = [
    await page.locator("layerglass-config").boundingBox(),
    await page.locator("layerglass-raw").boundingBox(),
  ];
  assert.ok(words && beside && beside.x >= words.x + words.width && beside.y < words.y + words.height);
  await page.locator("layerglass-raw").getByRole("button", { name: "Copy" }).click();
  await page.locator("layerglass-raw").getByRole("button", { name: "Copied" }).waitFor();
  const archive = await openArchive(entry.path);
  const stored = new TextDecoder().decode(await archive.rawConfig(0));
  archive.close();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), stored);
  await page.getByRole("checkbox", { name: "as stored" }).check();
  assert.equal(await json.innerText(), stored);
  await inspector.close();
});

test("every real image has an overview, without an error", async () => {
  for (const entry of expected().filter((each) => each.images.length > 0 && !each.folder)) {
    const inspector = await stage.inspector();
    await inspector.pick(entry.path);
    await inspector.page.locator("layerglass-overview .sizes").waitFor();
    await inspector.scanned();
    await inspector.page.locator("layerglass-raw pre span, layerglass-config").first().waitFor();
    await inspector.close();
  }
});

test("text of a history and a config is shown as text", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const evil = '<img src=x onerror="alert(1)">\u202e\u001b[31m';
  const history = [{ created_by: `RUN /bin/sh -c ${evil}`, comment: evil }];
  const config = { Cmd: [evil], User: evil, WorkingDir: evil, Volumes: { [evil]: {} }, StopSignal: evil };
  await inspector.pick(
    await stage.made("evil.tar", dockerArchive([tar([{ name: "a" }])], { config, history })),
  );
  await inspector.scanned();
  await page.locator("layerglass-raw pre span").first().waitFor();
  assert.equal(await page.locator("layerglass-overview img").count(), 0);
  for (const part of ["layerglass-dockerfile code", "layerglass-config .sentence", "layerglass-raw pre"])
    assert.ok((await page.locator(part).locator(".sign").count()) > 0, part);
  await inspector.close();
});
