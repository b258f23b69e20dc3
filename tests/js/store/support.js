/** What tests of stores share; works in Node and in browsers. */
import { Digest } from "layerglass";

const utf8 = new TextEncoder();

/** A config that differs from others by its text. */
export const config = (text) =>
  utf8.encode(
    JSON.stringify({ architecture: "amd64", os: "linux", author: text, rootfs: { type: "layers" } }),
  );

export const idOf = (text) => String(Digest.of(config(text)));

/** How a promise ends: what it gives, or the code of its error. */
export const ended = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ code: error.code, kind: error.kind }),
  );

/** Every record of a backend as text, sorted. */
export async function records(backend) {
  const keys = [...(await backend.list(""))].sort();
  const lines = [];
  for (const key of keys) {
    const bytes = new Uint8Array(await backend.get(key));
    lines.push(`${key} ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  }
  return lines;
}

/** Numbers that look random and are the same each time. */
export function randomFrom(seed) {
  let state = BigInt(seed) * 2685821657736338717n + 1442695040888963407n;
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}

export function shuffled(values, random) {
  const list = [...values];
  for (let at = list.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

/** A clock that stands still, so that records can be compared. */
export const STOPPED = { now: () => 1_600_000_000_000 };
