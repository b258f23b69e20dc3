/** What has to stay of images, whatever becomes of the files around them. */

/** All bytes of a stream. */
export async function bytesOf(stream) {
  const reader = stream.getReader();
  const parts = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    parts.push(value);
  }
}

/** The images of an archive. Several manifests of one image are one image. */
export const essence = ({ images }) =>
  images
    .filter(({ role, id }, at) => role === "image" && images.findLastIndex((image) => image.id === id) === at)
    .map(({ id, names, platform, layers, config }) => ({
      id,
      names,
      platform,
      config,
      diffIds: layers.map(({ diffId }) => diffId),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** The diff ids of an image of a store. */
export const diffIdsOf = async (store, id) => (await store.get(id)).rootFs.diffIds;
