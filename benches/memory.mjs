/** Peak WebAssembly memory: it never shrinks, so what there is at the end is the peak. */
import { openSync, readSync } from "node:fs";

import { openArchive } from "../pkg/dist/archive.node.js";
import { input, row, size } from "./common.mjs";
import { archive, memory } from "./wasm.mjs";

const BASE = 64 << 20;
const EACH_FILE = 200;

const file = openSync(input("layer-1g.tar.gz"));
const chunk = new Uint8Array(1 << 20);
const scanner = new archive.LayerScanner({});
for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk))
  scanner.push(chunk.subarray(0, count));
const encoded = scanner.finish();
const length = new DataView(encoded.buffer).getUint32(4, true);
const { entries, tarSize } = JSON.parse(new TextDecoder().decode(encoded.subarray(8, 8 + length)));
tell(`memory for a layer of ${size(tarSize)} with ${entries} entries`, memory.buffer.byteLength, entries);

const opened = await openArchive(input("image-200k-files.tar"), { workers: 1 });
const { layers } = await opened.scan();
const { session, scanners } = await opened.memory();
const many = layers[0].scan.entries;
tell(`memory of the scanner of ${many} files`, Math.max(...scanners), many);
tell(`memory of the archive with ${many} files`, session, many);
const tree = await opened.tree(0);
await tree.expandAll(1000);
await tree.page(0, 1000);
const { session: withTree } = await opened.memory();
row({ what: `the same with its merged tree`, ours: size(withTree) });
opened.close();

function tell(what, peak, files) {
  const limit = BASE + EACH_FILE * files;
  row({ what, ours: size(peak), peer: "64 MiB + 200 bytes a file", theirs: size(limit), ratio: peak / limit, most: 1 });
}
