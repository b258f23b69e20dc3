/** What was checked, what was left out and why, what failed: as the Rust run counts and prints it. */
import { isDeepStrictEqual } from "node:util";

export class Report {
  checked = 0;
  failures = [];
  #excluded = new Map();

  constructor(file) {
    this.file = file;
  }

  /** One vector that is left out. */
  exclude(reason) {
    this.#excluded.set(reason, (this.#excluded.get(reason) ?? 0) + 1);
  }

  get excluded() {
    return [...this.#excluded.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One vector: what it expects and what came out. */
  equal(what, expected, found) {
    this.checked++;
    if (isDeepStrictEqual(expected, found)) return;
    const text = (value) => JSON.stringify(value)?.slice(0, 500);
    this.failures.push(`${this.file}: ${what}\n    expected ${text(expected)}\n    found    ${text(found)}`);
  }

  /** Checks each vector. One that does not have the shape that is read here fails alone. */
  each(vectors, check) {
    for (const vector of vectors) {
      try {
        check(vector);
      } catch (error) {
        this.checked++;
        this.failures.push(`${this.file}: ${JSON.stringify(vector)?.slice(0, 600)}\n    throws ${error}`);
      }
    }
  }

  toString() {
    const lines = [line(this.file, this.checked, this.failures.length, this.excluded)];
    for (const [reason, count] of [...this.#excluded].sort())
      lines.push(`    ${String(count).padStart(6)} excluded: ${reason}`);
    return lines.join("\n");
  }
}

export const line = (name, ...counts) =>
  name.padEnd(36) + counts.map((count) => ` ${String(count).padStart(8)}`).join("");
