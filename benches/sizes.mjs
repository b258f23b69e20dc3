/** What each entry of the package weighs: its modules as they are shipped, each gzipped, and its WebAssembly. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { row, size } from "./common.mjs";

const gzipped = (url) => gzipSync(readFileSync(url), { level: 9 }).length;

/** A module and all that it imports, each once. */
function modules(entry, found = new Map()) {
  const url = new URL(entry, import.meta.url).href;
  if (found.has(url)) return found;
  found.set(url, gzipped(new URL(url)));
  const text = readFileSync(new URL(url), "utf8");
  for (const [, name] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']/g))
    modules(new URL(name, url).href, found);
  return found;
}

for (const [what, entries, wasm, most] of [
  ["size of the core entry, gzipped", ["../pkg/dist/index.js"], "core", 60_000],
  ["size of the archive entry with its worker, gzipped", ["../pkg/dist/archive.js", "../pkg/dist/worker.js"], "archive", 210_000],
]) {
  const found = new Map();
  for (const entry of entries) modules(entry, found);
  const script = [...found.values()].reduce((sum, bytes) => sum + bytes, 0);
  const module = gzipped(new URL(`../pkg/wasm/${wasm}/${wasm}_bg.wasm`, import.meta.url));
  const total = script + module;
  row({
    what,
    ours: `${size(total)} (wasm ${size(module)}, scripts ${size(script)})`,
    peer: "limit",
    theirs: size(most),
    ratio: total / most,
    most: 1,
  });
}
