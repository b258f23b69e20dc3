/** Opening a store of 10,000 images in IndexedDB, beside the bare batched read of the same records in the same page. */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";

import { row, runs } from "./common.mjs";

const IMAGES = 10_000;
const ENTRY = "\0entry";
const module = (path) => JSON.stringify(fileURLToPath(new URL(`../pkg/dist/${path}`, import.meta.url)));

const CODE = `
import { Digest, ImageStore, init } from ${module("index.js")};
import { indexedDbBackend } from ${module("backends.js")};

const backend = indexedDbBackend("bench");
const PREFIX = "imagedb/content/sha256/";

/** A config of 4 KiB, most of it what configs are made of. */
function config(number) {
  const env = Array.from({ length: 40 }, (_, at) => "VARIABLE_" + at + "=/usr/local/share/path/" + (number * 40 + at));
  const make = (comment) => JSON.stringify({
    architecture: "amd64", os: "linux", created: "2024-01-02T03:04:05Z", comment,
    config: { Env: env, Cmd: ["/bin/sh"] },
    rootfs: { type: "layers", diff_ids: [] },
    history: [],
  });
  return new TextEncoder().encode(make("x".repeat(4096 - make("").length)));
}

async function fill(count) {
  await init();
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("bench", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("records");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const transaction = database.transaction("records", "readwrite");
  for (let number = 0; number < count; number++) {
    const bytes = config(number);
    if (bytes.length !== 4096) throw new Error(String(bytes.length));
    transaction.objectStore("records").put(bytes, PREFIX + Digest.of(bytes).hex);
  }
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  database.close();
}

async function bare() {
  const started = performance.now();
  let records = 0;
  for await (const batch of backend.scan(PREFIX)) records += batch.length;
  return [performance.now() - started, records];
}

async function open() {
  const started = performance.now();
  const store = await ImageStore.open(backend);
  const milliseconds = performance.now() - started;
  const { size, report } = store;
  store.close();
  if (report.problems.length > 0) throw new Error(report.problems[0].reason);
  return [milliseconds, size];
}

window.measure = async (count, runs) => {
  await fill(count);
  const all = [[], []];
  for (let run = 0; run <= runs; run++)
    for (const [at, candidate] of [open, bare].entries()) {
      const [milliseconds, records] = await candidate();
      if (records !== count) throw new Error(records + " records");
      if (run > 0) all[at].push(milliseconds);
    }
  return all.map((times) => times.sort((a, b) => a - b)[times.length >> 1]);
};
`;

const { output } = await build({
  configFile: false,
  logLevel: "silent",
  root: fileURLToPath(new URL("../pkg", import.meta.url)),
  plugins: [
    {
      name: "entry",
      resolveId: (id) => (id === ENTRY ? id : undefined),
      load: (id) => (id === ENTRY ? CODE : undefined),
    },
  ],
  build: { write: false, assetsInlineLimit: 0, target: "es2022", rollupOptions: { input: ENTRY } },
});
const files = new Map(output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
const script = output.find((file) => file.type === "chunk" && file.isEntry).fileName;
const types = { js: "text/javascript", wasm: "application/wasm" };
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/") {
    response.setHeader("content-type", "text/html").end(`<!doctype html><script type="module" src="/${script}"></script>`);
  } else if (files.has(pathname)) {
    const type = types[pathname.slice(pathname.lastIndexOf(".") + 1)] ?? "text/plain";
    response.setHeader("content-type", type).end(files.get(pathname));
  } else response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({
  executablePath: process.env.CHROME,
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("window.measure");
  const [opened, bare] = await page.evaluate(([images, times]) => window.measure(images, times), [IMAGES, runs]);
  row({
    what: `opening ${IMAGES} images of 4 KiB from IndexedDB in Chromium ${browser.version()}`,
    ours: `${Math.round(opened)} ms`,
    peer: "the bare batched read",
    theirs: `${Math.round(bare)} ms`,
    ratio: opened / bare,
    most: 2,
  });
} finally {
  await browser.close();
  server.close();
}
