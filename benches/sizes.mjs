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
    /** Which of the package's modules it is, if it is one. */
    wasm: /(\w+)_bg.*\.wasm$/.exec(file.fileName)?.[1],
    bytes: gzipped(file.type === "chunk" ? file.code : file.source),
  }));
}

function against(what, bytes, most) {
  row({ what, ours: size(bytes), peer: "limit", theirs: size(most), ratio: bytes / most, most: 1 });
}

const sum = (files, wanted) => files.filter(wanted).reduce((total, file) => total + file.bytes, 0);

// A module is loaded by who needs it: the core's by the values, the store's when a store is opened, that of archives by
// the workers.
const core = await bundle("index.js");
against("size of the core's module, gzipped", sum(core, ({ wasm }) => wasm === "core"), 110_000);
row({ what: "the same with its scripts", ours: size(sum(core, ({ wasm }) => wasm !== "store")) });
against("modules of the core and the store, gzipped", sum(core, ({ wasm }) => wasm !== undefined), 110_000);
const archive = await bundle("archive.js");
against("size of the archives' module, gzipped", sum(archive, ({ wasm }) => wasm === "archive"), 210_000);
const others = ["core", "store"];
row({ what: "the same with scripts and workers", ours: size(sum(archive, ({ wasm }) => !others.includes(wasm))) });
