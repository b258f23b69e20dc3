/** A thread that scans one layer with the bare module when it is told to. */
import { parentPort, workerData } from "node:worker_threads";

import { archive, openImage } from "./wasm.mjs";

const image = openImage("image-2-gzip-layers.tar");
parentPort.once("message", () => {
  const scanner = new archive.LayerScanner({});
  for (const piece of image.pieces(workerData, 1 << 20)) scanner.push(piece);
  const { tarSize } = image.report(workerData, scanner.finish());
  parentPort.postMessage(tarSize);
});
parentPort.postMessage("ready");
