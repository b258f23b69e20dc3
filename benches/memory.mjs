/** Peak WebAssembly memory: it never shrinks, so what there is at the end is the peak. */
import { openArchive } from "../pkg/dist/archive.node.js";
import { input, row, size } from "./common.mjs";
import { archive, memory, openImage } from "./wasm.mjs";

const BASE = 64 << 20;
const EACH_FILE = 200;

const image = openImage("image-1g-gzip-layer.tar");
const scanner = new archive.LayerScanner({});
for (const piece of image.pieces(0, 1 << 20)) scanner.push(piece);
const scan = scanner.finish();
scanner.free();
const peak = memory.buffer.byteLength;
const { entries, tarSize } = image.report(0, scan);
tell(`memory for a layer of ${size(tarSize)} with ${entries} entries`, peak, entries);

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
