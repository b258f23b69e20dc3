/**
 * A tree of 500,000 files: what its worker takes to filter, sort and page it, the memory of each file, and how the page scrolls
 * through all of them in Chromium. The image is made here, as a stream.
 */
import { createServer } from "node:http";
import { readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { openArchive } from "layerglass/archive";
import { chromium } from "playwright-core";
import { writeManyFiles } from "../tests/support/many-files.js";
import { QUIET } from "./browser.mjs";
import { median, row, runs, size } from "./common.mjs";

const FILES = 500_000;
const NAMED = "500,000 files";
const DIST = new URL("../www/dist/", import.meta.url);
const TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
/** Time a filter and a sort of all rows may take, and a page of them, in milliseconds. */
const ALL_ROWS = 1000;
const ONE_PAGE = 5;

const path = join(tmpdir(), `layerglass-bench-${process.pid}.tar`);

async function timed(work) {
  const times = [];
  for (let round = 0; round <= runs; round++) {
    const started = performance.now();
    await work(round);
    if (round > 0) times.push(performance.now() - started);
  }
  return median(times);
}

function against(what, milliseconds, limit) {
  const ours = `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  row({ what, ours, peer: "limit", theirs: `${limit} ms`, ratio: milliseconds / limit, most: 1 });
}

async function inWorker() {
  const archive = await openArchive(path);
  try {
    await archive.scan();
    const table = (await archive.memory()).session;
    const tree = await archive.tree(0);
    const whole = (await archive.memory()).session;
    const each = (bytes) => `${Math.round(bytes / FILES)} B`;
    row({ what: `memory of a file in the session worker, of ${NAMED}`, ours: each(whole), peer: "of it the table", theirs: each(table) });
    // Two turns of each, so that no answer is that of the question before.
    against(`${NAMED}: filter by text`, await timed((round) => tree.filter(`FILE-00${round % 2}`)), ALL_ROWS);
    against(`${NAMED}: filter by pattern`, await timed((round) => tree.filter({ glob: `*${round % 2}.so` })), ALL_ROWS);
    against(`${NAMED}: filter by regular expression`, await timed((round) => tree.filter({ expression: `${round % 2}\\.so$` })), ALL_ROWS);
    against(`${NAMED}: filter by mode and owner`, await timed((round) => tree.filter({ mode: { all: 0o4000 }, owner: round % 2 })), ALL_ROWS);
    await tree.filter("");
    against(`${NAMED}: open all folders`, await timed(async () => {
      await tree.filter("");
      await tree.expandAll(FILES * 2);
    }), ALL_ROWS);
    await tree.sort("size", true);
    against(`${NAMED}: a page of 128 rows, anywhere in the tree`, await timed((round) => tree.page((round * 99_991) % FILES, 128)), ONE_PAGE);
    await tree.setFlat(true);
    against(`${NAMED}: sort the flat list`, await timed((round) => tree.sort(round % 2 ? "size" : "mtime", true)), ALL_ROWS);
    against(`${NAMED}: a page of 128 rows of the list`, await timed((round) => tree.page((round * 99_991) % FILES, 128)), ONE_PAGE);
    tree.close();
  } finally {
    archive.close();
  }
}

async function serve() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const contents = readFileSync(new URL(pathname === "/" ? "index.html" : pathname.slice(1), DIST));
      response.setHeader("content-type", TYPES[pathname === "/" ? ".html" : extname(pathname)] ?? "text/plain").end(contents);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Scrolls by a bit more than a row each frame, then by many pages, and gives the frames' times and the most rows that were drawn. */
async function scrolled(page) {
  return page.getByRole("treegrid").evaluate(async (grid) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const times = [];
    let rows = 0;
    let gaps = 0;
    let last = await frame();
    for (let step = 0; step < 400; step++) {
      grid.scrollTop += step % 100 === 99 ? grid.scrollHeight / 8 : 40;
      const now = await frame();
      times.push(now - last);
      last = now;
      rows = Math.max(rows, grid.querySelectorAll(".body .row").length);
      if (grid.querySelector(".body .row.waiting")) gaps++;
    }
    return { times, rows, gaps };
  });
}

async function inPage() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: process.env.CHROME, args: QUIET });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.locator("layerglass-start #file").setInputFiles(path);
    await page.getByText(/layers? (is|are) scanned/).waitFor({ state: "attached", timeout: 300_000 });
    await page.getByRole("tab", { name: /^Files/ }).click();
    await page.getByRole("treegrid").focus();
    await page.keyboard.press("*");
    await page.waitForFunction(
      (least) => {
        const find = (root) => {
          for (const element of root.querySelectorAll("*")) {
            if (element.getAttribute("role") === "treegrid") return element;
            const inner = element.shadowRoot && find(element.shadowRoot);
            if (inner) return inner;
          }
        };
        return Number(find(document)?.getAttribute("aria-rowcount")) > least;
      },
      FILES,
      { timeout: 120_000 },
    );
    const { times, rows, gaps } = await scrolled(page);
    const sorted = times.toSorted((a, b) => a - b);
    const late = sorted[Math.floor(sorted.length * 0.95)];
    row({
      what: `${NAMED}: frames a second while they are scrolled`,
      ours: `${(1000 / median(times)).toFixed(0)} (one in twenty over ${late.toFixed(0)} ms)`,
      peer: "frames that still waited for a row",
      theirs: `${gaps} of ${times.length}`,
    });
    row({ what: `${NAMED}: rows in the document`, ours: String(rows), peer: "limit", theirs: "300", ratio: rows / 300, most: 1 });
  } finally {
    await browser.close();
    server.close();
  }
}

await writeManyFiles(path, FILES);
try {
  console.error(`image of ${NAMED}, ${size(statSync(path).size)}`);
  await inWorker();
  await inPage();
} finally {
  await rm(path, { force: true });
}
