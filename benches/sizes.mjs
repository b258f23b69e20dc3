/** What each entry of the package adds to a site: Vite's output, every file gzipped by itself. */
import { gzipSync } from "node:zlib";

import { built, bundle, contents } from "./bundle.mjs";
import { row, size } from "./common.mjs";

/** The files of a page that uses the whole entry. */
async function filesOf(module) {
  const output = await bundle(`import * as all from ${built(module)}; window.all = all;`);
  return output.map((file) => ({
    /** Which of the package's modules it is, if it is one. */
    wasm: /(\w+)_bg.*\.wasm$/.exec(file.fileName)?.[1],
    bytes: gzipSync(contents(file), { level: 9 }).length,
  }));
}

function against(what, bytes, most) {
  row({ what, ours: size(bytes), peer: "limit", theirs: size(most), ratio: bytes / most, most: 1 });
}

const sum = (files, wanted) => files.filter(wanted).reduce((total, file) => total + file.bytes, 0);

// A module is loaded by who needs it: the core's by the values, the store's when a store is opened, that of image
// records when a file of them is read, that of archives by the workers.
const core = await filesOf("index.js");
against("size of the core's module, gzipped", sum(core, ({ wasm }) => wasm === "core"), 110_000);
row({
  what: "the same with its scripts",
  ours: size(sum(core, ({ wasm }) => wasm === "core" || wasm === undefined)),
});
row({ what: "size of the store's module, gzipped", ours: size(sum(core, ({ wasm }) => wasm === "store")) });
row({
  what: "size of the module of image records, gzipped",
  ours: size(sum(core, ({ wasm }) => wasm === "records")),
});
const withStore = sum(core, ({ wasm }) => wasm === "core" || wasm === "store");
against("modules of the core and the store together, gzipped", withStore, 110_000);
const archive = await filesOf("archive.js");
against("size of the archives' module, gzipped", sum(archive, ({ wasm }) => wasm === "archive"), 210_000);
const others = ["core", "records", "store"];
row({ what: "the same with scripts and workers", ours: size(sum(archive, ({ wasm }) => !others.includes(wasm))) });
const inspect = await filesOf("inspect.js");
row({ what: "size of the inspections' module, gzipped", ours: size(sum(inspect, ({ wasm }) => wasm === "inspect")) });
const transfer = await filesOf("transfer.js");
row({ what: "size of the transfers' module, gzipped", ours: size(sum(transfer, ({ wasm }) => wasm === "transfer")) });
