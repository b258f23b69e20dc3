/** The whole of an empty Node project's code. */
import { Digest as CoreDigest } from "layerglass";
import { Digest, LayerglassError, openArchive } from "layerglass/archive";

const oneClass = Digest === CoreDigest && Digest.of(new Uint8Array()).equals(CoreDigest.of(new Uint8Array()));
const archive = await openArchive(process.argv.at(-1), { workers: 2 });
const data = await archive.scan();
const tree = await archive.tree(0);
await tree.expandAll();
const result = {
  ids: data.images.map(({ id }) => id),
  layers: data.layers.map(({ scan }) => scan?.diffId),
  rows: (await tree.page(0, tree.length)).map(({ path }) => path),
  oneClass,
  refused: await openArchive(new Blob(["x"])).catch(
    (error) => error instanceof LayerglassError && error.code,
  ),
};
console.log(JSON.stringify(result));
