/** Sizes on the command line. */
import { UsageError } from "./exit.js";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A number of bytes with its unit, `10MB` or `1.5 GiB`. */
export function bytesOf(name: string, text: string): number {
  const [, number, unit = ""] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = Object.hasOwn(UNITS, unit.toLowerCase()) ? UNITS[unit.toLowerCase()] : undefined;
  const value =
    number === undefined || factor === undefined ? Number.NaN : Math.round(Number(number) * factor);
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`${name} is a size such as 500MB or 1.5GiB, not “${text}”`);
}
