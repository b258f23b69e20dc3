import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findImage, imageName, misfit, placeText, readPlace } from "../../pkg/dist/elements/model/place.js";
import { dockerArchive, layoutWithAbsentPlatform } from "./support/image.js";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

/** @typedef {Awaited<ReturnType<typeof stage.inspector>>} Inspector */

const NAME = "registry.example:5000/team/made:1";
const ENCODED = "registry.example:5000%2Fteam%2Fmade:1";
const ODD = "dir/a b#c?d%é&\u202e";

/** A file of two layers, the second with a name that no address holds as it is. */
function made() {
  return stage.made(
    "made.tar",
    dockerArchive(
      [
        tar([
          { name: "etc/", type: "5" },
          { name: "etc/passwd", contents: "root" },
        ]),
        tar([{ name: ODD, contents: "odd" }]),
      ],
      { name: NAME },
    ),
  );
}

/** Waits until the address ends so. @param {Inspector} inspector @param {string} hash */
async function hash(inspector, hash) {
  await inspector.page
    .waitForFunction((hash) => location.hash === hash, hash)
    .catch(async () => {
      assert.equal(await inspector.page.evaluate(() => location.hash), hash);
    });
}

test("the address follows, step by step, and Back and Forward lead there again", async () => {
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  await inspector.pick(await made());
  await inspector.scanned();
  await hash(inspector, `#${ENCODED}`);
  await inspector.files(1);
  await hash(inspector, `#${ENCODED}/1`);
  await page.locator("layerglass-tree .row", { hasText: "passwd" }).click();
  await hash(inspector, `#${ENCODED}/1/etc/passwd`);
  await inspector.files(2);
  await hash(inspector, `#${ENCODED}/2`);
  await inspector.tab("Checks");
  await hash(inspector, `#${ENCODED}/checks`);
  await page.goBack();
  await page.getByRole("heading", { name: /^Layer 2 of 2/ }).waitFor();
  await hash(inspector, `#${ENCODED}/2`);
  await page.goBack();
  await page.getByRole("heading", { name: /^Layer 1 of 2/ }).waitFor();
  await page.locator("layerglass-tree [role=row][aria-selected=true] .text").getByText("passwd").waitFor();
  await page.goBack();
  await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
  await hash(inspector, `#${ENCODED}`);
  await page.goForward();
  await page.getByRole("heading", { name: /^Layer 1 of 2/ }).waitFor();
  await inspector.close();
});

test("a place survives a reload, and is found again when the same file is opened", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const path = await made();
  await inspector.pick(path);
  await inspector.scanned();
  await inspector.files(2);
  await page.locator("layerglass-tree .row").last().click();
  await hash(inspector, `#${ENCODED}/2/dir/a%20b%23c%3Fd%25%C3%A9%26%E2%80%AE`);
  await page.reload();
  await page.getByRole("note").getByText("This link leads to the path dir/a b#c?d%é&⟨U+202E⟩").waitFor();
  await inspector.pick(path);
  await page.getByRole("heading", { name: /^Layer 2 of 2/ }).waitFor();
  await page
    .locator("layerglass-tree [role=row][aria-selected=true] .text", { hasText: /^\s*a b#c\?d%é&/ })
    .waitFor();
  await inspector.close();
});

test("a file that the page opens by itself is shown at the place of the address", async () => {
  const inspector = await stage.inspector({ query: "?open=sample#quirks:1/all" });
  const { page } = inspector;
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  await page.reload();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  assert.match(page.url(), /\?open=sample#[^/]+\/all$/);
  await inspector.close();
});

test("what a layer did not change is found among the files up to it", async () => {
  const inspector = await stage.inspector({ query: `#${ENCODED}/2/etc/passwd` });
  await inspector.pick(await made());
  await inspector.page
    .locator("layerglass-tree [role=row][aria-selected=true] .text", { hasText: "passwd" })
    .waitFor();
  await inspector.close();
});

test("the platforms of one image have addresses of their own", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const path = await stage.made("platforms.oci.tar", layoutWithAbsentPlatform([tar([{ name: "a" }])]));
  await inspector.pick(path);
  await inspector.scanned();
  await hash(inspector, "#linux%2Famd64");
  await page.getByRole("button", { name: "linux/arm64/v8 not in this file" }).click();
  await hash(inspector, "#linux%2Farm64%2Fv8");
  await page.goBack();
  await page.getByRole("heading", { name: "How it was made" }).waitFor();
  await inspector.close();
});

for (const [fragment, words] of [
  ["other:2/1/etc", /leads to “other:2”, which this file does not have/],
  [`${ENCODED}/9/etc/passwd`, /leads to layer 9, but this image has 2 layers/],
  [`${ENCODED}/1/no/such`, /“no\/such” is not among these files/],
]) {
  test(`a link that does not fit is told calmly: ${fragment}`, async () => {
    const inspector = await stage.inspector({ query: `#${fragment}` });
    const { page } = inspector;
    await inspector.pick(await made());
    await inspector.scanned();
    const note = page.locator("layerglass-inspector .misfit");
    await note.getByText(words).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    // It is gone as soon as one moves on, and the address with it.
    await inspector.tab("Checks");
    await note.waitFor({ state: "detached" });
    await hash(inspector, `#${ENCODED}/checks`);
    await inspector.close();
  });
}

test("another file is not looked at for what the first one's address said", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(await made());
  await inspector.scanned();
  await inspector.files(2);
  await hash(inspector, `#${ENCODED}/2`);
  const other = dockerArchive([tar([{ name: "x" }])], { name: "other:1" });
  await page.locator("layerglass-bar #again").setInputFiles(await stage.made("other.tar", other));
  await hash(inspector, "#other:1");
  assert.equal(await page.locator("layerglass-inspector .misfit").count(), 0);
  await page.getByRole("button", { name: "Layerglass" }).click();
  await hash(inspector, "");
  await inspector.close();
});

test("a link to what is shown is copied", async () => {
  const inspector = await stage.inspector({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = inspector;
  await inspector.pick(await made());
  await inspector.scanned();
  await inspector.files(1);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(
    await page.evaluate(() => navigator.clipboard.readText()),
    `${stage.server.origin}/#${ENCODED}/1`,
  );
  await inspector.close();
});

test("passing over many rows changes the address once", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  await inspector.pick(find((entry) => entry.name === "many-layers.docker20.tar.gz").path);
  await inspector.scanned();
  await inspector.files("all");
  await page.getByRole("button", { name: "Open all" }).click();
  await page.evaluate(() => {
    const { replaceState, pushState } = history;
    Object.assign(globalThis, { written: 0 });
    history.replaceState = function (...args) {
      /** @type {any} */ (globalThis).written += 1;
      return replaceState.apply(this, args);
    };
    history.pushState = function (...args) {
      /** @type {any} */ (globalThis).written += 1;
      return pushState.apply(this, args);
    };
  });
  await inspector.tree.focus();
  for (let row = 0; row < 60; row += 1) await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => /\/all\/l\/\d+$/.test(location.hash));
  const written = await page.evaluate(() => /** @type {any} */ (globalThis).written);
  assert.ok(written > 0 && written < 10, `${written}`);
  await inspector.close();
});

test("places are written and read without loss, and hostile addresses do no harm", () => {
  for (const place of [
    { image: NAME },
    { image: NAME, tab: "checks" },
    { image: NAME, tab: "files", layer: /** @type {const} */ ("all") },
    { image: NAME, tab: "files", layer: 2, path: ODD },
    { image: "a/b", tab: "files", layer: 0, path: "all/1/%2F/../x" },
  ])
    assert.deepEqual(readPlace(`#${placeText(/** @type {any} */ (place))}`), place);
  assert.deepEqual(readPlace("#a/nowhere"), { image: "a" });
  assert.deepEqual(readPlace("#a/0"), { image: "a" });
  assert.deepEqual(readPlace("#a/1//etc/"), { image: "a", tab: "files", layer: 0, path: "etc" });
  assert.deepEqual(readPlace("#%ff/1/%"), { image: "%ff", tab: "files", layer: 0, path: "%" });
  assert.deepEqual(readPlace("#///"), {});
  assert.deepEqual(readPlace(`#${"a/".repeat(100_000)}`), {});
  assert.equal(placeText({ image: "a\ud800" }), "a%EF%BF%BD");
});

test("each image of a file has a name that means no other", () => {
  const none = { names: [], familiarNames: [], refNames: [], role: "image", presence: "complete" };
  const linux = (/** @type {string} */ architecture) => ({ platform: { os: "linux", architecture } });
  const images = /** @type {any[]} */ ([
    { ...none, index: 0, familiarNames: ["a:1"], ...linux("amd64"), id: `sha256:${"1".repeat(64)}` },
    { ...none, index: 1, familiarNames: ["a:1"], ...linux("arm64"), id: `sha256:${"2".repeat(64)}` },
    { ...none, index: 2, familiarNames: ["b:1"], ...linux("amd64"), id: `sha256:${"3".repeat(64)}` },
    { ...none, index: 3, id: `sha256:${"4".repeat(12)}${"5".repeat(52)}` },
    { ...none, index: 4, id: `sha256:${"4".repeat(12)}${"6".repeat(52)}` },
    { ...none, index: 5 },
    { ...none, index: 6, presence: "absent", manifestDigest: `sha256:${"7".repeat(64)}` },
  ]);
  const names = images.map((image) => imageName(image, images));
  assert.deepEqual(names, [
    "a:1@linux/amd64",
    "linux/arm64",
    "b:1",
    images[3].id,
    images[4].id,
    "image-6",
    `sha256:${"7".repeat(12)}`,
  ]);
  for (const [index, name] of names.entries()) assert.equal(findImage(name, images)?.index, index, name);
  assert.equal(misfit({}, undefined), undefined);
  assert.match(misfit({ image: "\u202ex" }, undefined) ?? "", /⟨U\+202E⟩x/);
});
