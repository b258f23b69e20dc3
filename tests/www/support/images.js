import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of real images: another one of the same form can be put in its place. */
export const IMAGES =
  process.env.LAYERGLASS_IMAGES ?? fileURLToPath(new URL("../../fixtures", import.meta.url));

/**
 * @typedef {{ config: { history?: { empty_layer?: boolean }[] }, image_id: string, layers: { diff_id: string, digest?: string, size: number }[], rootfs?: { entries: number }, platforms?: Record<string, ExpectedImage> }} ExpectedImage
 * @typedef {{ name: string, path: string, folder: boolean, images: ExpectedImage[], docker_image_inspect?: { Id: string }[] }} Expected
 */

/** Every entry of `EXPECTED.json`. @returns {Expected[]} */
export function expected() {
  /** @type {{ files: Record<string, Omit<Expected, "name" | "path" | "folder">> }} */
  const { files } = JSON.parse(readFileSync(join(IMAGES, "EXPECTED.json"), "utf8"));
  return Object.entries(files).map(([name, entry]) => {
    const path = join(IMAGES, name);
    // An index stands for the images of its platforms.
    const images = entry.images.flatMap((image) => Object.values(image.platforms ?? [image]));
    return { ...entry, images, name, path, folder: statSync(path).isDirectory() };
  });
}

/** The first entry that fits. @param {(entry: Expected) => boolean} fits */
export function find(fits) {
  const found = expected().find(fits);
  if (!found) throw new Error(`no entry of ${IMAGES}/EXPECTED.json fits: ${fits}`);
  return found;
}

/** All files below a folder, relative to it. @param {string} folder @returns {string[]} */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
