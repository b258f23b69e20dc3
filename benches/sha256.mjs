/** SHA-256 in Chromium: ours and hash-wasm's in one page. */
import { readFileSync } from "node:fs";

import { measureInChromium } from "./browser.mjs";
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

const root = new URL("../", import.meta.url);
const served = /^\/(pkg\/wasm\/core|benches\/node_modules\/hash-wasm\/dist)\/[\w.]+$/;
const find = (path) => (served.test(path) ? readFileSync(new URL(`.${path}`, root)) : undefined);

const { measured, version } = await measureInChromium(PAGE, find, Math.max(runs, 7));
const { bytes, seconds } = measured;
row({
  what: `SHA-256 in Chromium ${version}`,
  ours: speed(bytes, seconds[0]),
  peer: named("hash-wasm"),
  theirs: speed(bytes, seconds[1]),
  ratio: seconds[1] / seconds[0],
  least: 1.2,
});
