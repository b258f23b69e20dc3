/** How much of a file is read to open its metadata. */
import { openSync, readSync, statSync } from "node:fs";

import { input, row, size } from "./common.mjs";
import { archive } from "./wasm.mjs";

for (const [name, title] of [
  ["image-907m.tar", "opening a docker-save file of 0.9 GB"],
  ["image-2-gzip-layers.tar", "opening an OCI archive of 0.3 GB"],
]) {
  const path = input(name);
  const file = openSync(path);
  const { size: total } = statSync(path);
  const opener = new archive.ArchiveOpener(total);
  let read = 0;
  let requests = 0;
  const started = performance.now();
  let want = opener.next();
  while (want) {
    const bytes = new Uint8Array(want.length);
    const count = readSync(file, bytes, 0, want.length, want.offset);
    read += count;
    requests++;
    want = opener.next(bytes.subarray(0, count));
  }
  const handle = opener.finish();
  const milliseconds = performance.now() - started;
  if (handle.summary().images.length !== 1) throw new Error("one image was expected");
  row({
    what: title,
    ours: `${size(read)} in ${requests} reads, ${milliseconds.toFixed(1)} ms`,
    peer: "the whole file",
    theirs: size(total),
    ratio: read / total,
    most: 0.01,
  });
}
