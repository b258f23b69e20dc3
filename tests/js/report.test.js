/** `layerglass/report`: what a report holds, and that each format is harmless whatever the image says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openArchive } from "layerglass/archive";
import { collectReport, formatReport, REPORT_PARTS, REPORT_SCHEMA } from "layerglass/report";
import { marked } from "marked";
import { launch } from "./support/chromium.js";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";

const TIME = new Date("2026-03-04T05:06:07Z");
const QUIRKS = "quirks.docker28.tar";
const IMAGES = FILES.filter(([, entry]) => entry.images.length > 0).map(([name]) => name);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What is tried on whoever reads a report. */
const ATTACKS = [
  "<script>globalThis.hit=1</script>",
  '"><img src=x onerror="globalThis.hit=1">',
  "</style><script>globalThis.hit=1</script>",
  "--><svg onload=globalThis.hit=1>",
  "[click](javascript:alert(1))",
  "![x](https://evil.example/pixel.png)",
  "https://evil.example/ and www.evil.example and someone@evil.example",
  "`` ` | `code` | **bold** _it_ ~~no~~ $x$ #1 @someone",
  "a|b\\|c\\\\|d",
  '=HYPERLINK("https://evil.example")',
  "+1+cmd|' /C calc'!A0",
  "@SUM(1)",
  "-2+3",
  "＝1+1",
  " =1+1",
  "line\nbreak\r\nand\ttab",
  "\u001b[31mred\u0007\u202egnp.exe\u2066\u200b",
  'quote " and, comma',
  "1. list\n2. list",
  "&lt;b&gt; &amp; &#60;",
];

let scratch;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "layerglass-report-"));
});
after(() => rm(scratch, { recursive: true, force: true }));

async function reportOf(input, images, options = {}) {
  const archive = await openArchive(input);
  try {
    return await collectReport(archive, images, { time: TIME, ...options });
  } finally {
    archive.close();
  }
}

/** An image that says each of the attacks wherever an image can say something. */
async function hostile() {
  const files = Object.fromEntries(
    ATTACKS.map((attack) => [attack.replaceAll("/", "÷").slice(0, 90), attack]),
  );
  return dockerArchive([tarOf(files), tarOf({ ...files, other: "x" })], {
    config: {
      author: ATTACKS[0],
      config: {
        User: ATTACKS[1],
        Env: ATTACKS.map((attack, at) => `${at % 2 ? attack : "V"}${at}=${attack}`),
        Cmd: ATTACKS,
        Entrypoint: ATTACKS,
        WorkingDir: ATTACKS[0],
        Labels: Object.fromEntries(ATTACKS.map((attack) => [attack, attack])),
        Volumes: { [ATTACKS[0]]: {} },
        ExposedPorts: { [ATTACKS[1]]: {} },
        StopSignal: ATTACKS[2],
      },
      history: [
        {
          created: "2024-01-02T03:04:05Z",
          created_by: ATTACKS.join(" "),
          comment: ATTACKS[1],
          author: ATTACKS[2],
        },
        { created_by: ATTACKS[3], comment: ATTACKS[7] },
      ],
    },
  });
}

test("a report holds what the file, its images and their layers say", async () => {
  for (const name of IMAGES) {
    const report = await reportOf(pathOf(name));
    assert.equal(report.schema, REPORT_SCHEMA);
    assert.equal(report.created, "2026-03-04T05:06:07.000Z");
    assert.deepEqual(report.missing, [], name);
    const { images } = FILES.find(([each]) => each === name)[1];
    for (const expected of images.flatMap((each) => Object.values(each.platforms ?? [each]))) {
      const image = report.images.find(({ id }) => id === expected.image_id);
      assert.ok(image, `${name}: ${expected.image_id}`);
      assert.deepEqual(
        image.layers.map(({ diffId, tarSize, check }) => [diffId, tarSize, check.state]),
        expected.layers.map(({ diff_id, tar_bytes }) => [diff_id, tar_bytes, "match"]),
      );
      assert.equal(image.history.length, expected.config.history?.length ?? 0);
      assert.ok(image.waste && image.packages && image.issues);
    }
    assert.ok(report.verification.items.length > 0);
    assert.equal(report.verification.mismatching, 0);
    // Plain data: it can be sent to a worker.
    assert.deepEqual(structuredClone(report), report);
  }
});

test("parts and images are chosen, and what is asked for wrongly is refused", async () => {
  const plain = await reportOf(pathOf(QUIRKS), [0], { parts: [] });
  assert.deepEqual(
    [plain.images[0].waste, plain.images[0].packages, plain.images[0].issues, plain.verification],
    [undefined, undefined, undefined, undefined],
  );
  const one = await reportOf(pathOf(QUIRKS), [0], { parts: ["issues"] });
  assert.ok(one.images[0].issues && !one.images[0].waste);
  assert.deepEqual([...REPORT_PARTS].sort(), ["issues", "packages", "verification", "waste"]);
  await assert.rejects(reportOf(pathOf(QUIRKS), [7]), { kind: "not_found", code: "no-image" });
  await assert.rejects(reportOf(pathOf(QUIRKS), [0], { time: new Date("never") }), { kind: "invalid" });
  await assert.rejects(reportOf(pathOf(QUIRKS), [0], { signal: AbortSignal.abort() }), { kind: "aborted" });
  assert.throws(() => formatReport(plain, "docx"), { kind: "invalid" });
  assert.throws(() => formatReport(plain, "html", { rows: -1 }), { kind: "invalid" });
  assert.throws(() => formatReport(plain, "csv", { table: "nothing" }), {
    kind: "not_found",
    code: "no-table",
  });
});

test("the same image and time give the same report in every format", async () => {
  const [first, second] = [await reportOf(pathOf(QUIRKS)), await reportOf(pathOf(QUIRKS))];
  for (const format of ["html", "markdown", "json", "csv"])
    assert.equal(formatReport(first, format), formatReport(second, format));
});

test("two images are compared", async () => {
  const before = await openArchive(pathOf(QUIRKS));
  const after = await openArchive(
    await dockerArchive([tarOf({ "etc/": "", "etc/motd": "hello" })], { name: "other:2" }),
  );
  try {
    await after.scan();
    const report = await collectReport(before, [0], {
      parts: [],
      comparedWith: { archive: after, image: 0 },
    });
    assert.equal(report.comparison.after.title, "other:2");
    assert.ok(report.comparison.data.files.removed > 0);
    assert.match(formatReport(report, "markdown"), /^## Comparison$/m);
  } finally {
    before.close();
    after.close();
  }
});

test("secrets are hidden by the names of their variables, wherever commands stand", async () => {
  const image = await dockerArchive([tarOf({ a: "1" })], {
    config: {
      config: { Env: ["DB_PASSWORD=hunter2", "PATH=/bin", "MONKEY=banana", "API-KEY=k-123"] },
      history: [
        { created_by: "RUN TOKEN=\"t-456\" make --password=p-789 KEEP=kept AUTH_TOKEN='t 9' # buildkit" },
      ],
    },
  });
  const hidden = formatReport(await reportOf(image), "json");
  for (const secret of ["hunter2", "k-123", "t-456", "p-789", "t 9"])
    assert.ok(!hidden.includes(secret), secret);
  for (const kept of ["banana", "/bin", "KEEP=kept", "DB_PASSWORD="]) assert.ok(hidden.includes(kept), kept);
  const shown = formatReport(await reportOf(image, undefined, { secrets: "show" }), "json");
  for (const secret of ["hunter2", "k-123", "t-456", "p-789", "t 9"]) assert.ok(shown.includes(secret));
});

test("JSON keeps sizes that no number holds", async () => {
  const report = await reportOf(pathOf(QUIRKS), [0], { parts: [] });
  const large = { ...report, file: { ...report.file, size: 2n ** 60n + 1n } };
  assert.equal(JSON.parse(formatReport(large, "json")).file.size, "1152921504606846977");
  assert.deepEqual(JSON.parse(formatReport(report, "json")), JSON.parse(JSON.stringify(report)));
  for (const format of ["html", "markdown", "csv"]) assert.ok(formatReport(large, format).length > 0);
});

/** Reads CSV by RFC 4180, apart from the library. */
function parseCsv(text) {
  const rows = [];
  let row = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
    if (end === "") break;
  }
  return rows;
}

test("CSV has one table, or all of them, and no formula", async () => {
  const report = await reportOf(await hostile());
  const layers = parseCsv(formatReport(report, "csv", { table: "layers" }));
  assert.deepEqual(layers[0].slice(0, 3), ["Image", "Layer", "Stored"]);
  assert.deepEqual(
    layers.slice(1, 3).map(([, layer, stored]) => [layer, stored]),
    report.images[0].layers.map(({ layer, storedSize }) => [String(layer + 1), String(storedSize)]),
  );
  for (const table of [undefined, "labels", "environment", "history", "waste", "layers"]) {
    const rows = parseCsv(formatReport(report, "csv", table === undefined ? {} : { table }));
    assert.ok(rows.length > 1);
    for (const cell of rows.flat()) {
      assert.doesNotMatch(cell, /^\s*[=+@\t\r＝＋－＠]/, cell);
      // A minus sign begins numbers only.
      if (/^\s*-/.test(cell)) assert.match(cell, /^-\d+$/);
      assert.doesNotMatch(cell, /\p{Cc}|\u202e/u, cell);
    }
  }
  const labels = parseCsv(formatReport(report, "csv", { table: "labels" }));
  assert.ok(labels.every((row) => row.length === labels[0].length || row.join("") === ""));
  assert.ok(labels.some(([, name]) => name === `'=HYPERLINK("https://evil.example")`));
});

test("Markdown shows hostile text as text", async () => {
  const text = formatReport(await reportOf(await hostile()), "markdown");
  assert.doesNotMatch(text, /(?!\n)\p{Cc}|\u202e/u);
  const links = [];
  const walk = (tokens) => {
    for (const token of tokens ?? []) {
      if (["link", "image"].includes(token.type)) links.push(token.raw);
      // Of HTML there is only what the report itself writes.
      if (token.type === "html") assert.match(token.raw, /^<\/?code>$|^<!-- -->$/, token.raw);
      if (token.type === "table") {
        for (const row of token.rows) {
          assert.equal(row.length, token.header.length);
          for (const cell of row) walk(cell.tokens);
        }
      }
      walk(token.tokens);
      walk(token.items);
    }
  };
  const tokens = marked.lexer(text, { gfm: true });
  walk(tokens);
  assert.deepEqual(links, []);
  // Every table has as many cells in each line as in its head: no pipe ended one.
  const tables = tokens.filter(({ type }) => type === "table");
  assert.ok(tables.length >= 4);
  const environment = tables.find(({ header }) => header.map(({ text }) => text).join() === "Name,Value");
  assert.equal(environment.rows.length, ATTACKS.length);
  for (const line of text.split("\n").filter((line) => line.startsWith("| "))) assert.ok(line.endsWith(" |"));
  const html = marked.parse(text, { gfm: true });
  assert.doesNotMatch(html, /<(script|img|svg|a|strong>bold|em|del)\b/i);
});

test("HTML is one file that shows text only, asks for nothing, and reads well", async (t) => {
  const reports = {
    hostile: await reportOf(await hostile()),
    quirks: await reportOf(pathOf(QUIRKS)),
    "several images": await reportOf(pathOf("multiarch.oci")),
  };
  const browser = await launch();
  try {
    for (const [name, report] of Object.entries(reports)) {
      await t.test(name, async () => {
        const html = formatReport(report, "html");
        const path = join(scratch, `${name}.html`);
        await writeFile(path, html);
        assert.match(html, /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/);
        assert.doesNotMatch(html, /(?!\n)\p{Cc}|\u202e/u);
        for (const scheme of ["light", "dark"]) {
          const context = await browser.newContext({
            colorScheme: scheme,
            viewport: { width: scheme === "light" ? 1280 : 360, height: 900 },
          });
          const page = await context.newPage();
          const requests = [];
          const problems = [];
          page.on("request", (request) => requests.push(request.url()));
          page.on("pageerror", (error) => problems.push(String(error)));
          page.on("console", (message) => problems.push(message.text()));
          await page.route(/^(?!file:)/, (route) => route.abort());
          await page.goto(pathToFileURL(path).href);
          assert.deepEqual(requests, [pathToFileURL(path).href]);
          assert.deepEqual(problems, []);
          const found = await page.evaluate(() => ({
            hit: globalThis.hit,
            elements: [
              ...document.querySelectorAll("script, img, svg, iframe, object, link, base, form"),
            ].map(({ tagName }) => tagName),
            handlers: [...document.querySelectorAll("*")].flatMap((each) =>
              each.getAttributeNames().filter((attribute) => /^on|^style$/.test(attribute)),
            ),
            links: [...document.querySelectorAll("a")].map((link) => link.getAttribute("href")),
            wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            ids: [...document.querySelectorAll("[id]")].map(({ id }) => id),
            tables: [...document.querySelectorAll("table")].every(
              (table) =>
                table.caption && [...table.querySelectorAll("th")].every(({ scope }) => scope !== ""),
            ),
          }));
          assert.equal(found.hit, undefined);
          assert.deepEqual([found.elements, found.handlers, found.wide], [[], [], 0]);
          assert.ok(found.tables);
          assert.equal(new Set(found.ids).size, found.ids.length);
          for (const link of found.links) assert.ok(found.ids.includes(link.slice(1)), link);
          // Through the debugger: the policy lets no script in.
          const frame = await context.newCDPSession(page);
          await frame.send("Runtime.evaluate", { expression: AXE });
          const { result } = await frame.send("Runtime.evaluate", {
            expression: `axe.run(document).then(({ violations, passes }) => JSON.stringify({ violations: violations.map(({ id, nodes }) => id + " " + nodes[0].html + nodes[0].failureSummary), passes: passes.length }))`,
            awaitPromise: true,
            returnByValue: true,
          });
          const { violations, passes } = JSON.parse(result.value);
          assert.deepEqual(violations, []);
          assert.ok(passes > 5);
          if (process.env.LAYERGLASS_SCREENSHOTS)
            await page.screenshot({
              path: join(process.env.LAYERGLASS_SCREENSHOTS, `report-${name}-${scheme}.png`),
              fullPage: true,
            });
          await context.close();
        }
      });
    }
  } finally {
    await browser.close();
  }
});

test("the policy of an HTML report lets nothing in", async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { "content-type": "text/html", "access-control-allow-origin": "*" });
    response.end(request.url === "/report.html" ? broken : "globalThis.hit = 1");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const html = formatReport(await reportOf(pathOf(QUIRKS), [0], { parts: [] }), "html");
  // As if something had got through after all.
  const broken = html.replace(
    "<main>",
    `<main><img src="${origin}/pixel.png"><script>globalThis.hit = 1</script><script src="${origin}/a.js"></script>
     <link rel="stylesheet" href="${origin}/a.css"><iframe src="${origin}/frame.html"></iframe>
     <div id="hidden" style="background: url(${origin}/background.png)">x</div>`,
  );
  assert.notEqual(broken, html);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const refused = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(`${origin}/report.html`, { waitUntil: "networkidle" });
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    assert.deepEqual(
      asked.filter((path) => path !== "/favicon.ico"),
      ["/report.html"],
    );
    assert.ok(refused.filter((text) => text.includes("Content Security Policy")).length >= 5, refused.join());
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
});

test("long tables are cut in HTML and Markdown, and say so", async () => {
  const report = await reportOf(pathOf(QUIRKS), [0], { parts: [] });
  const rows = report.images[0].history.length;
  assert.ok(rows > 3);
  for (const format of ["html", "markdown"])
    assert.ok(formatReport(report, format, { rows: 3 }).includes(`${rows - 3} more rows are not shown here`));
});
