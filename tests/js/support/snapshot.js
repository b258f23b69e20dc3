/** Everything that an archive gives, as one value to compare. */
import { allRows } from "./tree-lines.js";

/** Opens, scans, and lists the merged tree and the changes of every image that can be shown. */
export async function snapshot(opening) {
  const archive = await opening;
  try {
    const data = await archive.scan();
    const images = [];
    for (const image of data.images) {
      const trees = [];
      if (image.presence === "complete" && image.layers.length > 0) {
        for (const changesOnly of [false, true]) {
          const tree = await archive.tree(image.index, { changesOnly });
          trees.push({ totals: tree.totals, rows: await allRows(tree) });
          tree.close();
        }
      }
      images.push(trees);
    }
    return { data, images };
  } finally {
    archive.close();
  }
}
