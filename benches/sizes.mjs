/** What each entry of the package adds to a site: Vite's output, every file gzipped by itself. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

import { row, size } from "./common.mjs";

const ENTRY = "\0entry";
const gzipped = (contents) => gzipSync(contents, { level: 9 }).length;

/** Builds a page that uses the whole entry. */
async function bundle(module) {
  const path = fileURLToPath(new URL(`../pkg/dist/${module}`, import.meta.url));
  const { output } = await build({
    configFile: false,
    logLevel: "silent",
    root: fileURLToPath(new URL("../pkg", import.meta.url)),
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? `import * as all from ${JSON.stringify(path)}; window.all = all;` : undefined),
      },
    ],
    worker: { format: "es" },
    build: { write: false, assetsInlineLimit: 0, target: "es2022", rollupOptions: { input: ENTRY } },
  });
  return output.map((file) => ({
    wasm: file.fileName.endsWith(".wasm"),
    bytes: gzipped(file.type === "chunk" ? file.code : file.source),
  }));
}

for (const [name, module, most] of [
  ["core", "index.js", 110_000],
  ["archive", "archive.js", 210_000],
]) {
  const files = await bundle(module);
  const sum = (wanted) => files.filter(wanted).reduce((total, file) => total + file.bytes, 0);
  const wasm = sum((file) => file.wasm);
  row({
    what: `size of the ${name} entry's module, gzipped`,
    ours: size(wasm),
    peer: "limit",
    theirs: size(most),
    ratio: wasm / most,
    most: 1,
  });
  row({ what: "the same with its scripts and workers", ours: size(sum(() => true)) });
}
