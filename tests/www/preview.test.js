import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { deflateSync } from "node:zlib";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { find, IMAGES } from "./support/images.js";
import { start } from "./support/inspector.js";
import { dialogOf, previewed, rowsOf } from "./support/preview.js";
import { downloaded, filesOf, opened } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/** A page that would do harm as markup, and would tell of it. */
const HOSTILE_MARKUP = `<!doctype html><script>globalThis.ran = true; fetch("https://evil.example/a")</script>
<img src="https://evil.example/b" onerror="globalThis.ran = true"><svg onload="globalThis.ran = true"></svg>
<a href="javascript:globalThis.ran = true">go</a>\u202Eevil\u2066\u0007 end
`;

const HOSTILE_DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30" onload="top.ran = true">
<script>top.ran = true; fetch("https://evil.example/c")</script>
<image href="https://evil.example/d.png" width="10" height="10"/>
<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="https://evil.example/e.png"/></foreignObject>
<rect width="40" height="30" fill="green"/></svg>`;

const WORDS = Array.from(
  { length: 5000 },
  (_, line) => `line ${line + 1} of many\tneedle${line % 1000 === 7 ? " Haystack" : ""}`,
);

/** A PNG of one colour. @param {number} width @param {number} height */
function png(width, height) {
  /** @param {string} type @param {Buffer} data */
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const rows = Buffer.alloc(Math.min(height, 100) * (1 + Math.min(width, 100) * 3), 120);
  for (let y = 0; y < Math.min(height, 100); y += 1) rows[y * (1 + Math.min(width, 100) * 3)] = 0;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** @param {Buffer} bytes */
function crc(bytes) {
  let value = -1;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value;
}

const JSON_TEXT =
  '{"name":"a\\u202e<b>","big":12345678901234567890,"list":[1,2,{"deep":null}],"twice":1,"twice":2,"none":[],"text":"<script>globalThis.ran=true</script>"}';

const layer = tar([
  { name: "a/page.html", contents: HOSTILE_MARKUP },
  { name: "a/drawing.svg", contents: HOSTILE_DRAWING },
  { name: "a/\u202Etxt.exe", contents: "a name that turns round\n" },
  { name: "a/latin", contents: Buffer.from("caf\xe9 and \xfcber\n", "latin1") },
  { name: "a/utf16", contents: Buffer.from("\uFEFFwide text\r\nsecond\r\n", "utf16le") },
  { name: "a/words.txt", contents: WORDS.join("\n") },
  { name: "a/one-line.js", contents: `const a = "${"x".repeat(9000)}";` },
  { name: "a/script", contents: "#!/bin/sh\n# comment\nif true; then echo 'text' $HOME; fi\n" },
  { name: "a/app.py", contents: "def main():\n    return 'text'  # comment\n" },
  { name: "a/data.json", contents: JSON_TEXT },
  { name: "a/deep.json", contents: "[".repeat(100_000) },
  { name: "a/picture.png", contents: png(60, 40) },
  { name: "a/bomb.png", contents: png(60_000, 60_000) },
  {
    name: "a/broken.png",
    contents: Buffer.concat([png(60, 40).subarray(0, 41), Buffer.alloc(200, "no picture")]),
  },
  { name: "a/broken-elf", contents: readFileSync("/bin/ls").subarray(0, 3000) },
  { name: "a/tool", contents: readFileSync("/bin/ls") },
  { name: "a/broken.pem", contents: "-----BEGIN CERTIFICATE-----\nMIIBbroken\n-----END CERTIFICATE-----\n" },
  { name: "a/random", contents: Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) & 0xff)) },
  { name: "a/empty", contents: "" },
  { name: "a/link", type: "2", link: "words.txt" },
]);

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

test("of a huge file only the beginning is read, and more when it is asked for", async () => {
  // 300 MB of which a sparse entry of the tar holds nothing: pax says where the data is.
  const size = 300 * 1000 * 1000;
  const map = Buffer.alloc(512);
  map.write("1\n0\n13\n");
  const sparse = tar([
    {
      name: "GNUSparseFile.0/huge.log",
      contents: Buffer.concat([map, Buffer.from("the beginning")]),
      pax: {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "huge.log",
        "GNU.sparse.realsize": String(size),
      },
    },
  ]);
  const inspector = await opened(stage, await stage.made("huge.tar", dockerArchive([sparse])));
  await inspector.files("all");
  const dialog = await previewed(inspector, "huge.log");
  await dialog.getByText("Only the first 262 kB of 300 MB are shown.").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await dialog.getByText("Only the first 1.0 MB of 300 MB are shown.").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await dialog.getByText("Only the first 4.2 MB of 300 MB are shown.").waitFor();
  await dialog.getByRole("button", { name: "Show more" }).click();
  await dialog
    .getByText("Only the first 16.8 MB of 300 MB are shown. Save the file to see the rest.")
    .waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Show more" }).count(), 0);
  assert.ok((await dialog.locator("layerglass-hex .row").count()) <= 300);
  await inspector.close();
});

test("a preview opens with the space bar and closes with Escape, and the tree has the focus again", async () => {
  const inspector = await open();
  const { page } = inspector;
  await page.getByRole("searchbox", { name: "Find by path" }).fill("words.txt");
  await page.locator("layerglass-tree .text", { hasText: "words.txt" }).waitFor();
  await inspector.tree.focus();
  await page.keyboard.press("End");
  await page.keyboard.press(" ");
  const dialog = dialogOf(inspector);
  await dialog.getByText("5,000 lines").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await inspector.tree.evaluate((tree) => tree.getRootNode().activeElement === tree));
  // Another file takes the place of what was read before.
  const empty = await previewed(inspector, "a/empty");
  await empty.getByText("This file is empty").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox", { name: "Find by path" }).fill("a/link");
  await page.locator("layerglass-tree .text", { hasText: /^link/ }).click();
  const entry = page.locator("layerglass-entry");
  await entry.getByText("symbolic link", { exact: true }).waitFor();
  assert.equal(await entry.getByRole("button", { name: /^Preview/ }).count(), 0);
  await inspector.close();
});

test("what is looked at is saved, byte by byte", async () => {
  const inspector = await open();
  const dialog = await previewed(inspector, "a/page.html");
  const saved = await downloaded(inspector, dialog.getByRole("button", { name: "Save" }));
  assert.equal(saved.name, "page.html");
  assert.equal(saved.bytes.toString(), HOSTILE_MARKUP);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`each kind of preview is accessible and fits ${width} px, ${colorScheme}`, async () => {
      const inspector = await open({ colorScheme, viewport: { width, height: 900 } });
      const { page } = inspector;
      for (const [path, part] of [
        ["a/script", "layerglass-text .comment"],
        ["a/data.json", "layerglass-json .row"],
        ["a/random", "layerglass-hex .row"],
        ["a/picture.png", "layerglass-picture p"],
        ["a/tool", "layerglass-summary dl"],
      ]) {
        const dialog = await previewed(inspector, path ?? "");
        await dialog
          .locator(part ?? "")
          .first()
          .waitFor();
        assert.ok((await inspector.overflow()) <= 0, `${path} is wider than the window`);
        assert.deepEqual(await violations(page), [], path);
        if (SCREENSHOTS)
          await page.screenshot({
            path: `${SCREENSHOTS}/preview-${path?.slice(2)}-${colorScheme}-${width}.png`,
          });
        if (width === 360) await dialog.getByRole("button", { name: "Back" }).click();
        else await dialog.getByRole("button", { name: "Close" }).click();
        await dialog.waitFor({ state: "detached" });
        if (width < 990)
          await page
            .locator("layerglass-entry")
            .getByRole("button", { name: "Close" })
            .click()
            .catch(() => {});
      }
      await inspector.close();
    });
  }
}

test("what is being read is let go of when something else is looked at, or nothing", async () => {
  const inspector = await open();
  const { page } = inspector;
  await previewed(inspector, "a/empty");
  await page.keyboard.press("Escape");
  const told = await page.evaluate(async () => {
    /** @type {AbortSignal[]} */
    const signals = [];
    const endless = (/** @type {string} */ path) => ({
      path,
      label: "made",
      /** @param {number} _most @param {AbortSignal} signal @param {(bytes: number) => void} onProgress */
      read: (_most, signal, onProgress) => {
        signals.push(signal);
        onProgress(1_500_000);
        return new Promise(() => {});
      },
    });
    const preview = Object.assign(document.createElement("layerglass-preview"), { source: endless("one") });
    document.body.append(preview);
    const drawn = async () => {
      await Reflect.get(preview, "updateComplete");
      await Reflect.get(preview, "updateComplete");
      return preview.shadowRoot?.querySelector(".body")?.textContent?.replace(/\s+/g, " ") ?? "";
    };
    const words = await drawn();
    Object.assign(preview, { source: endless("two") });
    await drawn();
    const afterOther = signals.map(({ aborted }) => aborted);
    preview.remove();
    return { words, afterOther, afterRemoval: signals.map(({ aborted }) => aborted) };
  });
  assert.match(told.words, /The file is being read: 1\.5 MB/);
  assert.deepEqual(told.afterOther, [true, false]);
  assert.deepEqual(told.afterRemoval, [true, true]);
  await inspector.close();
});

test("a text of nothing that can be seen does not fill the page", async () => {
  const contents = "\u202E\u200B".repeat(100_000);
  const image = dockerArchive([tar([{ name: "unseen.txt", contents }])]);
  const inspector = await opened(stage, await stage.made("unseen.tar", image));
  await inspector.files("all");
  const dialog = await previewed(inspector, "unseen.txt");
  assert.match((await rowsOf(dialog, "layerglass-text"))[0] ?? "", /^1202E200B.*⟨202E⟩⟨200B⟩$/);
  const elements = await dialog
    .locator("layerglass-text")
    .evaluate((element) => element.shadowRoot?.querySelectorAll("*").length ?? 0);
  assert.ok(elements < 20_000, `${elements} elements`);
  await inspector.close();
});

test("with forced colours, reduced motion and large text the preview stays usable", async () => {
  const inspector = await open({
    forcedColors: "active",
    reducedMotion: "reduce",
    viewport: { width: 720, height: 450 },
  });
  const { page } = inspector;
  // Twice the size, as a zoom of 200 % has it on a window twice as large.
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "32px";
  });
  const dialog = await previewed(inspector, "a/script");
  await dialog.locator("layerglass-text .comment").first().waitFor();
  assert.ok((await inspector.overflow()) <= 0);
  assert.deepEqual(await violations(page), []);
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/preview-large-forced.png` });
  const body = await dialog.locator("layerglass-text").boundingBox();
  assert.ok(body && body.height > 60, "there is room for the text");
  await inspector.close();
});

test("files of real images are looked into, however their layers are stored", async () => {
  for (const name of [
    "quirks.docker20.tar.gz",
    "quirks.docker28-containerd.tar",
    "quirks.podman.oci.tar",
    "quirks.zstd.oci.tar",
    "quirks.estargz.oci.tar",
  ]) {
    const { path } = find((entry) => entry.name === name);
    // What is stored is known from the plain layers of another file of the same image.
    const known = (await filesOf(`${IMAGES}/quirks.docker28.tar`, 1)).get("q/dir/replaced")?.toString() ?? "";
    assert.notEqual(known, "");
    const inspector = await opened(stage, path);
    await inspector.files("all");
    const dialog = await previewed(inspector, "q/dir/replaced");
    assert.equal((await rowsOf(dialog, "layerglass-text"))[0], `1${known.split("\n")[0]}`, name);
    await inspector.close();
  }
});
