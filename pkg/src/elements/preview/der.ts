/** Reads the distinguished encoding of ASN.1 (X.690), one value after the other, within the bytes of the value around it. */

/** A value. */
export interface Der {
  /** Class, form and number in one byte: `0x30` is a sequence. */
  readonly tag: number;
  /** The value with its head. */
  readonly whole: Uint8Array;
  readonly contents: Uint8Array;
}

/** The bytes are not what they should be. */
export class DerFault extends Error {}

/** Values inside one value that are looked at. */
const MOST_VALUES = 10_000;

/** The value that bytes begin with. */
export function der(bytes: Uint8Array): Der {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerFault("a value ends too early");
  // Tags of more than one byte are not in certificates.
  if ((tag & 0x1f) === 0x1f) throw new DerFault("a tag is too long");
  let length = first;
  let start = 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerFault("a length is not told in a way that is allowed");
    length = 0;
    for (let at = 0; at < count; at += 1) length = length * 256 + (bytes[2 + at] ?? 0);
    start += count;
  }
  if (start + length > bytes.length) throw new DerFault("a value reaches past its end");
  return { tag, whole: bytes.subarray(0, start + length), contents: bytes.subarray(start, start + length) };
}

/** The values that one is made of. */
export function parts({ contents }: Der): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < contents.length; ) {
    if (found.length >= MOST_VALUES) throw new DerFault("there are too many values");
    const value = der(contents.subarray(at));
    found.push(value);
    at += value.whole.length;
  }
  return found;
}

/** A value that must be there, with the tag it must have. */
export function need(value: Der | undefined, tag: number): Der {
  if (value?.tag !== tag) throw new DerFault("a value is missing or of another kind");
  return value;
}

/** An object identifier as text: `2.5.4.3`. */
export function oid({ contents }: Der): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of contents.subarray(0, 64)) {
    // Beyond 2^53 the digits are not right any more, and nothing is called so.
    number = number * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (numbers.length === 0) {
      const first = Math.min(2, Math.floor(number / 40));
      numbers.push(first, number - first * 40);
    } else numbers.push(number);
    number = 0;
  }
  return numbers.join(".");
}

/** A text of one of the many kinds that there are. */
export function text({ tag, contents }: Der): string {
  switch (tag) {
    case 0x1e:
      return new TextDecoder("utf-16be").decode(contents);
    case 0x14:
      return new TextDecoder("latin1").decode(contents);
    default:
      return new TextDecoder().decode(contents);
  }
}

/** A time as milliseconds since 1970; `NaN` where it is none. */
export function time({ tag, contents }: Der): number {
  const digits = new TextDecoder().decode(contents.subarray(0, 20));
  const match = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(digits);
  if (!match || (match[1]?.length === 2) !== (tag === 0x17)) return Number.NaN;
  const [year, ...rest] = match.slice(1).map(Number);
  const [month, day, hour, minute, second] = rest;
  // Two digits stand for 1950 to 2049.
  const full = tag === 0x17 ? (year ?? 0) + ((year ?? 0) < 50 ? 2000 : 1900) : (year ?? 0);
  const date = new Date(0);
  date.setUTCFullYear(full, (month ?? 1) - 1, day ?? 1);
  date.setUTCHours(hour ?? 0, minute ?? 0, second ?? 0);
  return date.getTime();
}
