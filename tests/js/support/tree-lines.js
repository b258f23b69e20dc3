/** A merged file tree as the lines of a `rootfs/*.tsv`: path, type, mode, uid, gid, size, mtime, links, target or device, xattrs, sha256. */
const TYPES = { file: "f", directory: "d", symlink: "l", char: "c", block: "b", fifo: "p" };
const encoder = new TextEncoder();

/** All rows of a tree, by pages, with every folder open. */
export async function allRows(tree, pageSize = 50) {
  await tree.expandAll(10_000_000);
  const rows = [];
  for (let at = 0; at < tree.length; at += pageSize) rows.push(...(await tree.page(at, pageSize)));
  return rows;
}

/** The lines, sorted as Python sorts them. */
export function linesOf(rows) {
  const above = [];
  const lines = rows.map((row) => {
    above.length = row.depth;
    above.push(quote(row.nameBytes ?? encoder.encode(row.name), ""));
    return line(row, above.join("/"));
  });
  return lines.sort(byCodePoint);
}

function line(row, path) {
  const isFile = row.kind === "file";
  return [
    path,
    TYPES[row.kind] ?? row.kind,
    (row.mode & 0o7777).toString(8).padStart(4, "0"),
    row.uid,
    row.gid,
    isFile ? row.size : 0,
    seconds(row.mtime),
    row.kind === "directory" ? 1 : row.links,
    row.kind === "symlink" ? quote(encoder.encode(row.target), "/,") : (row.device?.join(",") ?? ""),
    (row.xattrs ?? [])
      .map(([name, value]) => `${name}=${hex(value)}`)
      .sort()
      .join(","),
    isFile ? row.sha256 : "",
  ].join("\t");
}

/** The lines were read from a disk by a program that keeps 32 bits of seconds: what does not fit became the least of them. */
function seconds(mtime) {
  const whole = Math.floor(mtime);
  return whole > 2 ** 31 - 1 ? -(2 ** 31) : whole;
}

/** Percent-encodes all but letters, digits, `_.-~` and `safe`. */
function quote(bytes, safe) {
  let text = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text +=
      /[A-Za-z0-9_.~-]/.test(char) || safe.includes(char)
        ? char
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function byCodePoint(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
