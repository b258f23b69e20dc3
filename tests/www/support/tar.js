const BLOCK = 512;

/**
 * A tar file, written entry by entry. Names may be bytes: hostile ones are not text.
 * @typedef {{ name: string | Buffer, type?: string, contents?: Buffer | string, link?: string, mode?: number,
 *   uid?: number, gid?: number, mtime?: number, pax?: Record<string, string> }} Entry
 * @param {Iterable<Entry>} entries
 */
export function tar(entries) {
  /** @type {Buffer[]} */
  const blocks = [];
  for (const entry of entries) append(blocks, entry);
  blocks.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(blocks);
}

/** @param {Buffer[]} blocks @param {Entry} entry */
function append(blocks, entry) {
  const name = Buffer.from(/** @type {string} */ (entry.name));
  const contents = Buffer.from(/** @type {string} */ (entry.contents ?? ""));
  if (entry.pax) {
    const records = Buffer.concat(Object.entries(entry.pax).map(([key, value]) => paxRecord(key, value)));
    append(blocks, { name: "PaxHeaders/0", type: "x", contents: records });
  }
  if (name.length > 100) {
    append(blocks, { name: "././@LongLink", type: "L", contents: Buffer.concat([name, Buffer.alloc(1)]) });
  }
  const header = Buffer.alloc(BLOCK);
  name.copy(header, 0, 0, 100);
  octal(header, 100, 8, entry.mode ?? (entry.type === "5" ? 0o755 : 0o644));
  octal(header, 108, 8, entry.uid ?? 0);
  octal(header, 116, 8, entry.gid ?? 0);
  octal(header, 124, 12, contents.length);
  octal(header, 136, 12, entry.mtime ?? 1_700_000_000);
  header.fill(" ", 148, 156);
  header.write(entry.type ?? "0", 156, "latin1");
  header.write(entry.link ?? "", 157, 100);
  header.write("ustar  \0", 257, "latin1");
  octal(
    header,
    148,
    7,
    header.reduce((sum, byte) => sum + byte, 0),
  );
  blocks.push(header, contents, Buffer.alloc((BLOCK - (contents.length % BLOCK)) % BLOCK));
}

/** @param {Buffer} header @param {number} at @param {number} length @param {number} value */
function octal(header, at, length, value) {
  header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. @param {string} key @param {string} value */
function paxRecord(key, value) {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** The regular files of a tar with short names, by name. @param {Buffer} tar */
export function members(tar) {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const text = (/** @type {number} */ from, /** @type {number} */ length) =>
      tar.toString("latin1", at + from, at + from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12), 8);
    const [prefix, type] = [text(257, 8) === "ustar" ? text(345, 155) : "", text(156, 1)];
    const contents = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (type === "0" || type === "") files.set(prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), contents);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
