/** Two gzip layers scanned by one worker and by two, through the package. */
import { openArchive } from "../pkg/dist/archive.node.js";
import { input, median, row, runs, speed } from "./common.mjs";

const seconds = { 1: [], 2: [] };
let bytes = 0;
for (let round = 0; round <= runs; round++)
  for (const workers of [1, 2]) {
    const archive = await openArchive(input("image-2-gzip-layers.tar"), { workers });
    const started = performance.now();
    const { layers } = await archive.scan();
    const took = (performance.now() - started) / 1000;
    archive.close();
    if (layers.some((layer) => layer.state !== "scanned" || layer.check.state !== "match"))
      throw new Error(JSON.stringify(layers.map((layer) => [layer.state, layer.check])));
    bytes = layers.reduce((sum, layer) => sum + layer.scan.tarSize, 0);
    if (round > 0) seconds[workers].push(took);
  }
const [one, two] = [median(seconds[1]), median(seconds[2])];
row({
  what: "scan of two gzip layers, two workers in Node",
  ours: speed(bytes, two),
  peer: "one worker",
  theirs: speed(bytes, one),
  ratio: one / two,
  least: 1.9,
});
