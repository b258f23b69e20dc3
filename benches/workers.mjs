/** Two gzip layers scanned by one worker and by two, through the package. */
import { openArchive } from "../pkg/dist/archive.node.js";
import { input, median, row, runs, speed } from "./common.mjs";

/** Seconds by number of workers: of the first scan, which starts them, and of one by workers that have worked before. */
const first = { 1: [], 2: [] };
const warm = { 1: [], 2: [] };
let bytes = 0;

async function timed(archive, options) {
  const started = performance.now();
  const { layers } = await archive.scan(options);
  const took = (performance.now() - started) / 1000;
  if (layers.some((layer) => layer.state !== "scanned" || layer.check.state !== "match"))
    throw new Error(JSON.stringify(layers.map((layer) => [layer.state, layer.check])));
  bytes = layers.reduce((sum, layer) => sum + layer.scan.tarSize, 0);
  return took;
}

for (let round = 0; round <= runs; round++)
  for (const workers of [1, 2]) {
    const archive = await openArchive(input("image-2-gzip-layers.tar"), { workers });
    // The second scan is asked for other hashes, so it reads everything again.
    const times = [await timed(archive), await timed(archive, { contents: "sha256" })];
    archive.close();
    if (round === 0) continue;
    first[workers].push(times[0]);
    warm[workers].push(times[1]);
  }

for (const [what, seconds, least] of [
  ["two gzip layers, two workers in Node, started for it", first, undefined],
  ["the same with SHA-256 of each file, workers warm", warm, 1.9],
]) {
  const [one, two] = [median(seconds[1]), median(seconds[2])];
  row({ what, ours: speed(bytes, two), peer: "one worker", theirs: speed(bytes, one), ratio: one / two, least });
}
