import type { Size } from "../../archive.js";

/** `2024-05-22 18:14` in UTC; the text itself when it is not a time. */
export function shortTime(rfc3339: string): string {
  const time = Date.parse(rfc3339);
  return Number.isNaN(time) ? rfc3339 : compact(new Date(time));
}

/** Seconds since 1970 as `2024-05-22 18:14`. */
export function shortSeconds(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : compact(date);
}

/** Seconds since 1970 with everything they carry, for a tooltip. */
export function exactSeconds(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? `${seconds} seconds since 1970`
    : `${date.toISOString()} (${seconds} s)`;
}

function compact(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}

const STEPS: readonly (readonly [bigint, string])[] = [
  [3_600_000_000_000n, "h"],
  [60_000_000_000n, "min"],
  [1_000_000_000n, "s"],
  [1_000_000n, "ms"],
  [1_000n, "µs"],
];

/** Nanoseconds as people write them: `5 s`, `1 min 30 s`. */
export function duration(nanoseconds: Size): string {
  let rest = BigInt(nanoseconds);
  if (rest < 0n) return `${nanoseconds} ns`;
  const parts: string[] = [];
  for (const [length, unit] of STEPS) {
    if (rest >= length) {
      parts.push(`${rest / length} ${unit}`);
      rest %= length;
    }
  }
  if (rest > 0n || parts.length === 0) parts.push(`${rest} ns`);
  return parts.join(" ");
}
