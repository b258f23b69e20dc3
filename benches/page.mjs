/**
 * The inspector in Chromium: what is loaded before an opened image is seen, how long that takes and how much of the file is
 * read for it, and the scan of all its layers beside two threads of Node that do nothing else.
 */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

import { QUIET } from "./browser.mjs";
import { input, median, row, runs, size, speed } from "./common.mjs";

const DIST = new URL("../www/dist/", import.meta.url);
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
/** Opening reads less than this at a time, a scan more. */
const SCAN_READS = 1 << 20;
/** What the page keeps for offline use it fetches later, when it has nothing else to do. */
const ONLINE = { serviceWorkers: "block" };

/** A server of the page and of one image, which is handed out by ranges. */
async function serve(image) {
  const pages = new Map();
  let imageBytes = 0;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/image.json") {
      response.setHeader("content-type", TYPES[".json"]);
      return response.end(JSON.stringify({ kind: "file", name: "image.tar", url: "image.tar", size: statSync(image).size }));
    }
    if (pathname === "/image.tar") {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      const [start, end] = [Number(from), Number(to)];
      if (end - start + 1 < SCAN_READS) imageBytes += end - start + 1;
      response.writeHead(206, {
        "content-length": end - start + 1,
        "content-range": `bytes ${start}-${end}/${statSync(image).size}`,
      });
      return createReadStream(image, { start, end }).pipe(response);
    }
    const path = pathname === "/" ? "index.html" : pathname.slice(1);
    let contents;
    try {
      contents = readFileSync(new URL(path, DIST));
    } catch {
      return response.writeHead(404).end();
    }
    pages.set(path, contents);
    response.setHeader("content-type", TYPES[extname(path)] ?? "text/plain").end(contents);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** Gzipped bytes of what was asked for so far. */
    loaded: () =>
      [...pages.values()].reduce((sum, contents) => sum + gzipSync(contents, { level: 9 }).length, 0),
    imageBytes: () => imageBytes,
    close: () => server.closeAllConnections() ?? server.close(),
  };
}

/** Opens an image by its path, as the button of the page does, and gives milliseconds. */
async function opened(page, origin, path) {
  await page.goto(origin);
  const file = page.locator("layerglass-start #file");
  await file.waitFor({ state: "attached" });
  await page.evaluate(() => {
    const find = (root, name) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.localName === name) return element;
        const inner = element.shadowRoot && find(element.shadowRoot, name);
        if (inner) return inner;
      }
    };
    const isSeen = () => {
      const config = find(document, "layerglass-config")?.shadowRoot;
      const layers = find(document, "layerglass-layers")?.shadowRoot;
      return config?.querySelector(".card, dl") && layers?.querySelector("li button");
    };
    addEventListener(
      "layerglass-open",
      () => {
        const started = performance.now();
        window.seen = new Promise((resolve) => {
          const look = () => (isSeen() ? resolve(performance.now() - started) : requestAnimationFrame(look));
          look();
        });
      },
      { capture: true, once: true },
    );
  });
  await file.setInputFiles(path);
  await page.waitForFunction(() => window.seen);
  return page.evaluate(() => window.seen);
}

/** Seconds from the overview to the end of the scan. The page is asked seldom: two threads scan, and there are two cores. */
async function scanned(page) {
  const started = performance.now();
  const isDone = () => {
    const app = document.querySelector("layerglass-app")?.shadowRoot;
    const bar = app?.querySelector("layerglass-bar")?.shadowRoot;
    return /layers? (is|are) scanned/.test(bar?.textContent ?? "");
  };
  await page.waitForFunction(isDone, undefined, { polling: 20, timeout: 120_000 });
  return (performance.now() - started) / 1000;
}

/** Two threads of Node, each with one layer and the bare module. */
async function inNode() {
  const threads = [0, 1].map((layer) => new Worker(new URL("./layer-thread.mjs", import.meta.url), { workerData: layer }));
  const told = (thread) => new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
  await Promise.all(threads.map(told));
  const started = performance.now();
  const done = threads.map(told);
  for (const thread of threads) thread.postMessage("scan");
  const bytes = await Promise.all(done);
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(threads.map((thread) => thread.terminate()));
  return { seconds, bytes: bytes.reduce((sum, each) => sum + each, 0) };
}

const large = input("image-907m.tar");
const server = await serve(large);
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: QUIET });
try {
  const first = await browser.newPage(ONLINE);
  await opened(first, server.origin, large);
  const loaded = server.loaded();
  row({
    what: "loaded until an opened image's overview is seen, gzipped",
    ours: size(loaded),
    peer: "limit",
    theirs: size(350_000),
    ratio: loaded / 350_000,
    most: 1,
  });

  // What is loaded when a view is first shown: its code, its libraries, and modules of its own.
  await scanned(first);
  for (const view of ["Files", "Space", "Packages", "Findings", "Compare", "Checks"]) {
    const before = server.loaded();
    await first.getByRole("tab", { name: new RegExp(`^${view}`) }).click();
    await first.waitForLoadState("networkidle");
    row({ what: `loaded when ${view} is first shown, gzipped`, ours: size(server.loaded() - before) });
  }
  await first.close();

  const served = await browser.newPage(ONLINE);
  await served.goto(`${server.origin}/?open=image.json&name=image.tar`);
  await served.locator("layerglass-layers li button").first().waitFor();
  row({
    what: "read of a docker-save file of 0.9 GB until its overview is seen",
    ours: size(server.imageBytes()),
    peer: "the whole file",
    theirs: size(statSync(large).size),
    ratio: server.imageBytes() / statSync(large).size,
    most: 0.01,
  });
  await served.close();

  const milliseconds = [];
  for (let round = 0; round <= runs; round++) {
    const page = await browser.newPage(ONLINE);
    const took = await opened(page, server.origin, large);
    if (round > 0) milliseconds.push(took);
    await page.close();
  }
  row({
    what: "from the choice of that file to config, history and layers on the screen",
    ours: `${median(milliseconds).toFixed(0)} ms`,
    peer: "limit",
    theirs: "300 ms",
    ratio: median(milliseconds) / 300,
    most: 1,
  });

  const layers = input("image-2-gzip-layers.tar");
  const [page, node] = [[], []];
  let bytes = 0;
  for (let round = 0; round <= runs; round++) {
    const tab = await browser.newPage(ONLINE);
    await opened(tab, server.origin, layers);
    const inPage = await scanned(tab);
    await tab.close();
    const threads = await inNode();
    if (round === 0) continue;
    bytes = threads.bytes;
    page.push(inPage);
    node.push(threads.seconds);
  }
  row({
    what: "scan of two gzip layers in the page",
    ours: speed(bytes, median(page)),
    peer: "two threads of Node with the bare module",
    theirs: speed(bytes, median(node)),
    ratio: median(page) / median(node),
    most: 1.3,
  });
} finally {
  await browser.close();
  server.close();
}
