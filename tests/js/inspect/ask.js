/** What is asked of an image, in Node and in browsers alike. */
import {
  compareImages,
  extractFile,
  inspectUse,
  issues,
  packages,
  packagesAs,
  usage,
  verification,
  waste,
} from "layerglass/inspect";

/** Everything that looking into the first image of an archive finds, as JSON text. */
export async function everything(archive) {
  await archive.scan();
  const found = {
    packages: await packages(archive, 0),
    list: await packagesAs(archive, 0, "spdx", { created: "2026-01-31T12:00:00Z", name: "image" }),
    issues: await issues(archive, 0, { now: new Date(0) }),
    waste: await waste(archive, 0),
    usage: await usage(archive, 0, { by: "folder" }),
    verification: await verification(archive),
  };
  const side = { archive, image: 0 };
  const comparison = await compareImages(side, side, { packages: true });
  const text = JSON.stringify({ ...found, comparison: comparison.data });
  comparison.close();
  return text;
}

/** Bytes that are read of an archive to show one file after a scan, and its text. */
export async function preview(archive, path) {
  await archive.scan();
  const { blob } = await extractFile(archive, 0, path);
  const text = await (await blob()).text();
  return { text, read: (await inspectUse(archive)).read };
}
