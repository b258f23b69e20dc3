import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { dockerArchive } from "./support/image.js";
import { start } from "./support/inspector.js";
import { dialogOf, previewed, rowsOf } from "./support/preview.js";
import { HOSTILE_MARKUP, layer } from "./support/preview-image.js";
import { opened } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

/** @param {import("playwright-core").BrowserContextOptions} [options] */
async function open(options) {
  const inspector = await opened(stage, await stage.made("preview.tar", dockerArchive([layer])), options);
  await inspector.files("all");
  return inspector;
}

/** Nothing of an image ran. @param {Awaited<ReturnType<typeof open>>} inspector */
async function harmless({ page }) {
  assert.equal(await page.evaluate(() => Reflect.get(globalThis, "ran")), undefined);
}

test("a hostile page is text, with what cannot be seen named", async () => {
  const inspector = await open();
  const dialog = await previewed(inspector, "a/page.html");
  const rows = await rowsOf(dialog, "layerglass-text");
  assert.equal(rows[0], `1${HOSTILE_MARKUP.split("\n")[0]}`);
  assert.match(rows[2] ?? "", /^3<a href="javascript:globalThis.ran = true">go<\/a>202Eevil2066BEL end$/);
  // The colours of XML come a moment later, from the worker, and change no letter.
  await dialog.locator("layerglass-text .type").first().waitFor();
  assert.deepEqual(await rowsOf(dialog, "layerglass-text"), rows);
  const made = await dialog
    .locator("layerglass-text")
    .evaluate((element) => element.shadowRoot?.querySelectorAll("script, img, a, svg, iframe").length);
  assert.equal(made, 0);
  await harmless(inspector);
  await inspector.close();
});

test("a drawing is shown as a picture alone: no script in it runs and nothing is fetched", async () => {
  const inspector = await open();
  const dialog = await previewed(inspector, "a/drawing.svg");
  const picture = dialog.getByRole("img");
  await dialog.getByText("40 × 30 pixels").waitFor();
  assert.match((await picture.getAttribute("src")) ?? "", /^blob:/);
  await harmless(inspector);
  await dialog.getByRole("button", { name: "Text" }).click();
  assert.match((await rowsOf(dialog, "layerglass-text"))[1] ?? "", /top\.ran = true/);
  await harmless(inspector);
  // No request but to the page's own server, which the test helper sees to as well.
  assert.ok(stage.server.requests.every(({ path }) => !path.includes("evil")));
  await inspector.close();
});

test("names that turn the text round are named, in the title too", async () => {
  const inspector = await open();
  const { page } = inspector;
  await page.getByRole("searchbox", { name: "Find by path" }).fill("txt.exe");
  const entry = page.locator("layerglass-entry");
  await page.locator("layerglass-tree .text", { hasText: "txt.exe" }).first().click();
  await entry.getByRole("button", { name: /^Preview/ }).click();
  const dialog = dialogOf(inspector);
  await dialog.locator("footer span").first().waitFor();
  assert.equal(await dialog.getByRole("heading").textContent(), "202Etxt.exe");
  assert.equal(await dialog.getAttribute("aria-label"), "Preview of a/⟨U+202E⟩txt.exe");
  await inspector.close();
});

test("texts of other encodings are read, and which they are is said", async () => {
  const inspector = await open();
  let dialog = await previewed(inspector, "a/latin");
  assert.deepEqual(await rowsOf(dialog, "layerglass-text"), ["1café and über"]);
  await dialog.getByText("Latin-1, for it is not valid UTF-8").waitFor();
  await inspector.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  dialog = await previewed(inspector, "a/utf16");
  assert.deepEqual((await rowsOf(dialog, "layerglass-text")).slice(0, 2), ["1wide text", "2second"]);
  await dialog.getByText("UTF-16, little-endian").waitFor();
  await dialog.getByText("lines end with CRLF").waitFor();
  await inspector.close();
});

test("a word is found in a long text, of which a few hundred rows are in the document", async () => {
  const inspector = await open();
  const { page } = inspector;
  const dialog = await previewed(inspector, "a/words.txt");
  await dialog.getByText("5,000 lines").waitFor();
  const rows = dialog.locator("layerglass-text .row");
  assert.ok((await rows.count()) <= 300, `${await rows.count()} rows`);
  const find = dialog.getByRole("searchbox", { name: "Find in the text" });
  await find.fill("hayStack");
  await dialog.getByText("1 of 5", { exact: true }).waitFor();
  await find.press("Enter");
  await find.press("Enter");
  await dialog.getByText("3 of 5", { exact: true }).waitFor();
  const here = dialog.locator("layerglass-text mark.here");
  await here.waitFor();
  const line = dialog.locator("layerglass-text .row").filter({ has: page.locator("mark.here") });
  assert.match((await line.textContent()) ?? "", /^2,008line 2008 of many/);
  const [place, body] = [await here.boundingBox(), await dialog.locator("layerglass-text").boundingBox()];
  assert.ok(place && body && place.y > body.y && place.y < body.y + body.height, "it is in view");
  await find.press("Shift+Enter");
  await dialog.getByText("2 of 5", { exact: true }).waitFor();
  await find.fill("no such word");
  await dialog.getByText("Not found").waitFor();
  // To the end with the keyboard.
  await dialog.getByRole("region", { name: "Text" }).focus();
  await page.keyboard.press("End");
  await dialog.getByText("line 5000 of many").waitFor();
  await inspector.close();
});

test("a very long line goes on below or beyond the edge", async () => {
  const inspector = await open();
  const dialog = await previewed(inspector, "a/one-line.js");
  const rows = await rowsOf(dialog, "layerglass-text");
  assert.equal(rows.join("").replace(/^1/, ""), `const a = "${"x".repeat(9000)}";`);
  const pane = dialog.locator("layerglass-text .scroll");
  const wide = () => pane.evaluate((element) => element.scrollWidth - element.clientWidth);
  assert.equal(await wide(), 0);
  await dialog.getByRole("button", { name: "Wrap lines" }).click();
  await dialog.locator("layerglass-text .scroll:not(.wrap)").waitFor();
  assert.ok((await wide()) > 1000);
  await inspector.close();
});

test("languages are told from names and from the line that says who runs a script", async () => {
  const inspector = await open();
  for (const [path, comment] of [
    ["a/script", "# comment"],
    ["a/app.py", "# comment"],
  ]) {
    const dialog = await previewed(inspector, path ?? "");
    assert.equal(await dialog.locator("layerglass-text .comment").last().textContent(), comment);
    await dialog.locator("layerglass-text .keyword").first().waitFor();
    await inspector.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
  await inspector.close();
});

test("JSON is written out as it stands, and folds", async () => {
  const inspector = await open();
  const dialog = await previewed(inspector, "a/data.json");
  const rows = (await rowsOf(dialog, "layerglass-json")).map((text) => text.trim());
  assert.ok(rows.includes('"big": 12345678901234567890,'), "no digit is lost");
  assert.equal(rows.filter((text) => text.startsWith('"twice"')).length, 2, "both members are there");
  assert.ok(rows.includes('"name": "a\\u202e<b>",'));
  await dialog.getByRole("button", { name: '"list"' }).click();
  await dialog.getByText("3 elements").waitFor();
  assert.equal(await dialog.getByText('"deep"').count(), 0);
  await dialog.getByRole("button", { name: "Open all" }).click();
  await dialog.getByText('"deep"').waitFor();
  await harmless(inspector);
  await inspector.page.keyboard.press("Escape");
  // A document that nests without end is text.
  const deep = await previewed(inspector, "a/deep.json");
  await deep.getByText("It nests too deeply").waitFor();
  await rowsOf(deep, "layerglass-text");
  await inspector.close();
});

test("pictures are shown, and those that would fill the memory or are broken are not", async () => {
  const inspector = await open();
  let dialog = await previewed(inspector, "a/picture.png");
  await dialog.getByText("60 × 40 pixels").waitFor();
  await inspector.page.keyboard.press("Escape");
  dialog = await previewed(inspector, "a/bomb.png");
  await dialog.getByText("60,000 by 60,000 pixels, which is more than is shown here").waitFor();
  await inspector.page.keyboard.press("Escape");
  dialog = await previewed(inspector, "a/broken.png");
  await dialog.getByText("This picture is damaged").waitFor();
  await dialog.getByRole("button", { name: "Hex" }).click();
  assert.match(
    (await rowsOf(dialog, "layerglass-hex"))[0] ?? "",
    /^0000000089 50 4e 47 0d 0a 1a 0a {2}00 00 00 0d 49 48 44 52·PNG····/,
  );
  await inspector.close();
});

test("bytes are shown in hex, page by page", async () => {
  const inspector = await open();
  const { page } = inspector;
  const dialog = await previewed(inspector, "a/random");
  await dialog.getByText("It is no text").waitFor();
  assert.match((await rowsOf(dialog, "layerglass-hex"))[0] ?? "", /^0000000000 ef de cd/);
  await dialog.getByRole("region", { name: "Bytes" }).focus();
  const top = () => dialog.locator("layerglass-hex .scroll").evaluate((element) => element.scrollTop);
  await page.keyboard.press("PageDown");
  while ((await top()) === 0) await page.waitForTimeout(50);
  await page.keyboard.press("End");
  await dialog.getByText((4992).toString(16).padStart(8, "0"), { exact: true }).waitFor();
  await inspector.close();
});

test("a program is summed up as readelf does, and a broken one too", async () => {
  const inspector = await open();
  let dialog = await previewed(inspector, "a/tool");
  const summary = dialog.locator("layerglass-summary");
  await summary.getByText("Needs the libraries").waitFor();
  const known = execFileSync("readelf", ["-n", "-d", "-l", "/bin/ls"], { encoding: "utf8" });
  const values = [/Build ID: (\w+)/g, /interpreter: (.*)\]/g, /\(NEEDED\).*\[(.*)\]/g].flatMap((pattern) =>
    [...known.matchAll(pattern)].map(([, value]) => value ?? ""),
  );
  assert.ok(values.length >= 3, known);
  for (const value of values) await summary.getByText(value, { exact: true }).first().waitFor();
  await inspector.page.keyboard.press("Escape");
  dialog = await previewed(inspector, "a/broken-elf");
  await dialog.getByText("The section headers lie outside the file.").waitFor();
  await inspector.close();
});

test("certificates are summed up as openssl does, and damage is said", async () => {
  const pem = ["one", "two"].map((name) => certificate(name)).join("");
  const image = dockerArchive([tar([{ name: "certs.pem", contents: pem }])]);
  const inspector = await opened(stage, await stage.made("certificates.tar", image));
  await inspector.files("all");
  const dialog = await previewed(inspector, "certs.pem");
  const summary = dialog.locator("layerglass-summary");
  await summary.getByText("2 certificates").waitFor();
  await summary.getByText("There is a private key in this file").waitFor();
  await summary.getByText("CN=one.example").first().waitFor();
  await summary.getByText("IP 10.1.2.3").first().waitFor();
  await summary.getByText("EC, P-256").first().waitFor();
  await summary
    .getByText(/\d+ days left/)
    .first()
    .waitFor();
  await inspector.close();
  const other = await open();
  await (await previewed(other, "a/broken.pem")).getByText(/This certificate is damaged/).waitFor();
  await other.close();
});

/** A certificate and its key, of a moment ago. @param {string} name */
function certificate(name) {
  return execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "90",
      "-keyout",
      "-",
      "-subj",
      `/C=DE/O=Made <b>/CN=${name}.example`,
      "-addext",
      `subjectAltName=DNS:${name}.example,IP:10.1.2.3`,
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
}
