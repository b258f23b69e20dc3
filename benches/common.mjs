/** What the benches share: input files, versions, turns and medians. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the input files; `cargo xtask bench` sets it. */
export const inputs = process.env.LAYERGLASS_BENCH_INPUTS;
/** How often everything is timed. */
export const runs = Number(process.env.LAYERGLASS_BENCH_RUNS ?? 3);

if (!inputs) throw new Error("run `cargo xtask bench`");

export const input = (name) => join(inputs, name);

/** An npm package with its version. */
export function named(name) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${JSON.parse(readFileSync(file, "utf8")).version}`;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs all candidates in turn, several times over, so that a disturbance of the machine meets all of them, and gives the median
 * seconds of each. A first round is not counted.
 */
export async function inTurn(candidates, times = runs) {
  const seconds = candidates.map(() => []);
  for (let round = 0; round <= times; round++)
    for (const [at, candidate] of candidates.entries()) {
      const started = performance.now();
      await candidate();
      if (round > 0) seconds[at].push((performance.now() - started) / 1000);
    }
  return seconds.map(median);
}

/** One line of the table, read by `cargo xtask bench`. */
export function row({ what, ours, peer = "", theirs = "", ratio, least, most }) {
  console.log(JSON.stringify({ what, ours, peer, theirs, ratio, least, most }));
}

export const speed = (bytes, seconds) => `${Math.round(bytes / seconds / 1e6)} MB/s`;
export const size = (bytes) =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
