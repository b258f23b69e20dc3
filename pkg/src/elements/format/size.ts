import type { Size } from "../../archive.js";

const UNITS = ["kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** A size for people, in powers of 1000 as container tools print it: `99.2 kB`. */
export function humanSize(size: Size): string {
  let value = Number(size);
  if (value < 1000) return `${value} B`;
  let unit = -1;
  // 999.5 would round to "1000 kB".
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.5 && unit < UNITS.length - 1);
  const digits = value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** The same size to the byte: `99,240 bytes`. */
export function exactSize(size: Size): string {
  return `${groupDigits(size)} ${Number(size) === 1 ? "byte" : "bytes"}`;
}

/** Digits in groups of three. */
export function groupDigits(value: Size): string {
  return value.toLocaleString("en-US");
}

/** `1 file`, `2 files`. */
export function count(value: Size, noun: string, plural = `${noun}s`): string {
  return `${groupDigits(value)} ${Number(value) === 1 ? noun : plural}`;
}

/** The sum of sizes, exact beyond 2^53 too. */
export function addSizes(sizes: Iterable<Size>): Size {
  let sum = 0n;
  for (const size of sizes) sum += BigInt(size);
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum;
}
