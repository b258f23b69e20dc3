/** SHA-256 in Chromium: ours and hash-wasm's in one page. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { named, row, runs, speed } from "./common.mjs";

const PAGE = `<!doctype html><script type="module">
import init, { Hasher } from "/pkg/wasm/core/core.js";
import { createSHA256 } from "/benches/node_modules/hash-wasm/dist/index.esm.js";
await init();
const theirs = await createSHA256();
const bytes = new Uint8Array(1 << 20).map((_, at) => (at * 2654435761) >>> 24);
const ROUNDS = 200;
const hex = (text) => text.replace("sha256:", "");
const candidates = [
  () => {
    const hasher = new Hasher("sha256");
    for (let round = 0; round < ROUNDS; round++) hasher.update(bytes);
    const digest = hasher.finish();
    hasher.free();
    return hex(digest);
  },
  () => {
    theirs.init();
    for (let round = 0; round < ROUNDS; round++) theirs.update(bytes);
    return theirs.digest("hex");
  },
];
window.measure = (runs) => {
  const seconds = candidates.map(() => []);
  const digests = new Set();
  for (let run = 0; run <= runs; run++)
    for (const [at, candidate] of candidates.entries()) {
      const started = performance.now();
      digests.add(candidate());
      if (run > 0) seconds[at].push((performance.now() - started) / 1000);
    }
  if (digests.size !== 1) throw new Error([...digests].join());
  const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
  return { bytes: ROUNDS * bytes.length, seconds: seconds.map(median) };
};
</script>`;

const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
const root = new URL("../", import.meta.url);
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const allowed = /^\/(pkg\/wasm\/core|benches\/node_modules\/hash-wasm\/dist)\/[\w.]+$/.test(pathname);
  if (pathname === "/") response.setHeader("content-type", "text/html").end(PAGE);
  else if (!allowed) response.writeHead(404).end();
  else {
    const file = fileURLToPath(new URL(`.${pathname}`, root));
    response.setHeader("content-type", types[extname(file)] ?? "text/plain").end(readFileSync(file));
  }
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
  const { bytes, seconds } = await page.evaluate((times) => window.measure(times), Math.max(runs, 7));
  row({
    what: `SHA-256 in Chromium ${browser.version()}`,
    ours: speed(bytes, seconds[0]),
    peer: named("hash-wasm"),
    theirs: speed(bytes, seconds[1]),
    ratio: seconds[1] / seconds[0],
    least: 1.2,
  });
} finally {
  await browser.close();
  server.close();
}
