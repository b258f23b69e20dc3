/** The package's WebAssembly modules without workers: what one thread does. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";

import * as archive from "../pkg/wasm/archive/archive.js";
import { input } from "./common.mjs";

const module = new URL("../pkg/wasm/archive/archive_bg.wasm", import.meta.url);
const { memory } = archive.initSync({ module: readFileSync(module) });

export { archive, memory };

/** Opens one of the input images, and counts what is read for it. */
export function openImage(name) {
  const path = input(name);
  const { size } = statSync(path);
  const file = openSync(path);
  const read = ({ offset, length }) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  };
  let bytes = 0;
  let requests = 0;
  const started = performance.now();
  const opener = new archive.ArchiveOpener(size);
  for (let want = opener.next(); want; requests++) {
    const answer = read(want);
    bytes += answer.length;
    want = opener.next(answer);
  }
  const handle = opener.finish();
  const milliseconds = performance.now() - started;
  return {
    size,
    opening: { bytes, requests, milliseconds },
    summary: () => handle.summary(),
    /** The stored bytes of a layer. */
    layer: (index) => read(handle.layerSource(index)),
    /** The same in pieces. */
    *pieces(index, piece) {
      const { offset, length } = handle.layerSource(index);
      for (let at = 0; at < length; at += piece)
        yield read({ offset: offset + at, length: Math.min(piece, length - at) });
    },
    /** What a scan of a layer found. */
    report(index, scan) {
      handle.addScan(index, scan);
      const layer = handle.summary().layers[index];
      if (layer.state !== "scanned" || layer.check.state !== "match") throw new Error(JSON.stringify(layer));
      return layer.scan;
    },
    close: () => closeSync(file),
  };
}
