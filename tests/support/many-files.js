/** An image with very many small files, written as a stream: no test and no bench holds it in memory. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const BLOCK = 512;
/** Files of one folder. */
export const FOLDER = 1000;
const EXTENSIONS = ["txt", "conf", "so", "py", "h", "json", "md", "pem", "sh", "gz"];

/**
 * The file with a number: every eighth has contents, every fiftieth is executable, every thousandth set-uid.
 * @param {number} index
 */
export function fileAt(index) {
  const folder = `usr/share/part-${String(Math.floor(index / FOLDER)).padStart(4, "0")}`;
  const name = `file-${String(index).padStart(6, "0")}.${EXTENSIONS[index % EXTENSIONS.length]}`;
  const mode = index % 1000 === 7 ? 0o4755 : index % 50 === 0 ? 0o755 : 0o644;
  return {
    path: `${folder}/${name}`,
    size: index % 8 === 3 ? 1 + (index % BLOCK) : 0,
    mode,
    uid: index % 3 === 0 ? 1000 : 0,
    mtime: 1_600_000_000 + ((index * 7919) % 100_000_000),
  };
}

/** How many of `count` files a question holds for. @param {number} count @param {(file: ReturnType<typeof fileAt>) => boolean} holds */
export function countFiles(count, holds) {
  let found = 0;
  for (let index = 0; index < count; index += 1) if (holds(fileAt(index))) found += 1;
  return found;
}

/**
 * Writes a docker-save file of one image with one layer of `count` files, a multiple of a thousand.
 * @param {string} path @param {number} count
 */
export async function writeManyFiles(path, count) {
  const folders = ["usr/", "usr/share/"];
  for (let index = 0; index < count; index += FOLDER) folders.push(fileAt(index).path.replace(/[^/]*$/, ""));
  const filled = countFiles(count, ({ size }) => size > 0);
  const length = (folders.length + count + filled + 2) * BLOCK;
  const file = await open(path, "w");
  try {
    const hash = createHash("sha256");
    await file.write(header({ path: "layer.tar", size: length }));
    /** @param {Buffer[]} blocks */
    const write = async (blocks) => {
      const bytes = Buffer.concat(blocks);
      hash.update(bytes);
      await file.write(bytes);
    };
    await write(folders.map((folder) => header({ path: folder, mode: 0o755, type: "5" })));
    for (let from = 0; from < count; from += FOLDER) {
      const blocks = [];
      for (let index = from; index < from + FOLDER; index += 1) {
        const member = fileAt(index);
        blocks.push(header(member));
        if (member.size > 0) blocks.push(Buffer.alloc(BLOCK).fill(String(index), 0, member.size));
      }
      await write(blocks);
    }
    await write([Buffer.alloc(2 * BLOCK)]);
    const config = JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: {},
      history: [{ created: "2024-01-02T03:04:05Z", created_by: `RUN make ${count} files` }],
      rootfs: { type: "layers", diff_ids: [`sha256:${hash.digest("hex")}`] },
    });
    const name = `${createHash("sha256").update(config).digest("hex")}.json`;
    const manifest = JSON.stringify([{ Config: name, RepoTags: ["many:1"], Layers: ["layer.tar"] }]);
    for (const [member, text] of [
      [name, config],
      ["manifest.json", manifest],
    ]) {
      const bytes = Buffer.from(text);
      const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
      await file.write(Buffer.concat([header({ path: member, size: bytes.length }), bytes, padding]));
    }
    await file.write(Buffer.alloc(2 * BLOCK));
  } finally {
    await file.close();
  }
  return { files: count, folders: folders.length };
}

/** @param {{ path: string, size?: number, mode?: number, uid?: number, mtime?: number, type?: string }} member */
function header({ path, size = 0, mode = 0o644, uid = 0, mtime = 1_600_000_000, type = "0" }) {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100, "latin1");
  octal(block, 100, 8, mode);
  octal(block, 108, 8, uid);
  octal(block, 116, 8, uid);
  octal(block, 124, 12, size);
  octal(block, 136, 12, mtime);
  block.fill(" ", 148, 156);
  block.write(type, 156, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  octal(block, 148, 7, sum);
  return block;
}

/** @param {Buffer} block @param {number} at @param {number} length @param {number} value */
function octal(block, at, length, value) {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
}
