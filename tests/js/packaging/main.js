/** The whole of an empty project's code: it opens an image that lies beside the page. */
import { Digest as CoreDigest, init } from "layerglass";
import { Digest, LayerglassError, openArchive } from "layerglass/archive";

async function run() {
  const image = await (await fetch("/image.tar")).blob();
  const archive = await openArchive(image, { workers: 2 });
  const data = await archive.scan();
  const tree = await archive.tree(0);
  await tree.expandAll();
  await init();
  return {
    ids: data.images.map(({ id }) => id),
    layers: data.layers.map(({ scan }) => scan?.diffId),
    rows: (await tree.page(0, tree.length)).map(({ path }) => path),
    oneClass: Digest === CoreDigest && Digest.of(new Uint8Array()).equals(CoreDigest.of(new Uint8Array())),
    refused: await openArchive(new Blob(["x"])).catch(
      (error) => error instanceof LayerglassError && error.code,
    ),
  };
}

run().then(
  (result) => {
    globalThis.result = result;
  },
  (error) => {
    globalThis.result = { error: String(error?.stack ?? error) };
  },
);
