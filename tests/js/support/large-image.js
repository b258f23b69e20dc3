/** A docker archive that takes a while to scan, made in memory: layers of random files. */
import { createHash, randomFillSync } from "node:crypto";

/** A `Blob` with an image of some layers, each with some files. */
export function largeImage({ layers, files, bytesPerFile }) {
  const tars = Array.from({ length: layers }, (_, layer) => {
    const parts = [];
    for (let file = 0; file < files; file++) {
      const contents = randomFillSync(Buffer.alloc(bytesPerFile));
      parts.push(...entry(`layer-${layer}/file-${String(file).padStart(5, "0")}`, contents));
    }
    return Buffer.concat([...parts, Buffer.alloc(1024)]);
  });
  const hex = tars.map((tar) => createHash("sha256").update(tar).digest("hex"));
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: hex.map((digest) => `sha256:${digest}`) },
      history: hex.map(() => ({ created_by: "test" })),
    }),
  );
  const id = createHash("sha256").update(config).digest("hex");
  const manifest = [
    { Config: `${id}.json`, RepoTags: ["large:1"], Layers: hex.map((digest) => `${digest}/layer.tar`) },
  ];
  return new Blob([
    ...tars.flatMap((tar, at) => entry(`${hex[at]}/layer.tar`, tar)),
    ...entry(`${id}.json`, config),
    ...entry("manifest.json", Buffer.from(JSON.stringify(manifest))),
    Buffer.alloc(1024),
  ]);
}

/** A tar entry: header, contents, padding. */
function entry(name, contents) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${contents.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("14000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, contents, Buffer.alloc((512 - (contents.length % 512)) % 512)];
}
