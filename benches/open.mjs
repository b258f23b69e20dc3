/** How much of a file is read to open its metadata. */
import { row, size } from "./common.mjs";
import { openImage } from "./wasm.mjs";

for (const [name, title] of [
  ["image-907m.tar", "opening a docker-save file of 0.9 GB"],
  ["image-2-gzip-layers.tar", "opening an OCI archive of 0.3 GB"],
]) {
  const image = openImage(name);
  if (image.summary().images.length !== 1) throw new Error("one image was expected");
  const { bytes, requests, milliseconds } = image.opening;
  row({
    what: title,
    ours: `${size(bytes)} in ${requests} reads, ${milliseconds.toFixed(1)} ms`,
    peer: "the whole file",
    theirs: size(image.size),
    ratio: bytes / image.size,
    most: 0.01,
  });
  image.close();
}
