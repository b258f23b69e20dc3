/** Image files that tests make: a Docker archive of layers that are given as bytes. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

const encoder = new TextEncoder();
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

function header(path, size, type) {
  const block = Buffer.alloc(512);
  block.write(path, 0);
  block.write(type === "5" ? "0000755\0" : "0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write(type, 156);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A tar of these files; names that end in a slash are folders. */
export function tarOf(files) {
  const parts = [];
  for (const [path, contents] of Object.entries(files)) {
    const bytes = typeof contents === "string" ? encoder.encode(contents) : contents;
    parts.push(header(path, bytes.length, path.endsWith("/") ? "5" : "0"), bytes);
    parts.push(new Uint8Array((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...parts, new Uint8Array(1024)]);
}

/** A Docker archive of one image with these layers; `config` has members of the image's own config. */
export async function dockerArchive(layers, { name = "made:1", wrongDiffId, config: own = {} } = {}) {
  const plain = layers.map((layer) => (layer[0] === 0x1f && layer[1] === 0x8b ? gunzipSync(layer) : layer));
  const diffIds = plain.map((tar, at) => `sha256:${at === wrongDiffId ? "0".repeat(64) : sha256(tar)}`);
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: {},
    ...own,
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const files = Object.fromEntries(layers.map((layer, at) => [`layer${at}.tar`, layer]));
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [name], Layers: Object.keys(files) }];
  return tarOf({ ...files, [`${sha256(config)}.json`]: config, "manifest.json": JSON.stringify(manifest) });
}
