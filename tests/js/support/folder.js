/** The folder of test images: `LAYERGLASS_IMAGES`, else the fixtures of this repository. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const FOLDER =
  process.env.LAYERGLASS_IMAGES || fileURLToPath(new URL("../../fixtures", import.meta.url));

/** What is expected of each file: its name and its entry. */
export const FILES = Object.entries(JSON.parse(readFileSync(join(FOLDER, "EXPECTED.json"), "utf8")).files);

export const pathOf = (name) => join(FOLDER, name);

/** A text of `rootfs`; nothing when the folder has none of that name. */
export async function readTsv(name) {
  try {
    return await readFile(join(FOLDER, "rootfs", `${name}.tsv`), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
