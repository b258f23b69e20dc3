import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { tar } from "./tar.js";

/** A page that would do harm as markup, and would tell of it. */
export const HOSTILE_MARKUP = `<!doctype html><script>globalThis.ran = true; fetch("https://evil.example/a")</script>
<img src="https://evil.example/b" onerror="globalThis.ran = true"><svg onload="globalThis.ran = true"></svg>
<a href="javascript:globalThis.ran = true">go</a>\u202Eevil\u2066\u0007 end
`;

const HOSTILE_DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30" onload="top.ran = true">
<script>top.ran = true; fetch("https://evil.example/c")</script>
<image href="https://evil.example/d.png" width="10" height="10"/>
<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="https://evil.example/e.png"/></foreignObject>
<rect width="40" height="30" fill="green"/></svg>`;

const WORDS = Array.from(
  { length: 5000 },
  (_, line) => `line ${line + 1} of many\tneedle${line % 1000 === 7 ? " Haystack" : ""}`,
);

/** A PNG of one colour. @param {number} width @param {number} height */
export function png(width, height) {
  /** @param {string} type @param {Buffer} data */
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const rows = Buffer.alloc(Math.min(height, 100) * (1 + Math.min(width, 100) * 3), 120);
  for (let y = 0; y < Math.min(height, 100); y += 1) rows[y * (1 + Math.min(width, 100) * 3)] = 0;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** @param {Buffer} bytes */
function crc(bytes) {
  let value = -1;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value;
}

const JSON_TEXT =
  '{"name":"a\\u202e<b>","big":12345678901234567890,"list":[1,2,{"deep":null}],"twice":1,"twice":2,"none":[],"text":"<script>globalThis.ran=true</script>"}';

export const layer = tar([
  { name: "a/page.html", contents: HOSTILE_MARKUP },
  { name: "a/drawing.svg", contents: HOSTILE_DRAWING },
  { name: "a/\u202Etxt.exe", contents: "a name that turns round\n" },
  { name: "a/latin", contents: Buffer.from("caf\xe9 and \xfcber\n", "latin1") },
  { name: "a/utf16", contents: Buffer.from("\uFEFFwide text\r\nsecond\r\n", "utf16le") },
  { name: "a/words.txt", contents: WORDS.join("\n") },
  { name: "a/one-line.js", contents: `const a = "${"x".repeat(9000)}";` },
  { name: "a/script", contents: "#!/bin/sh\n# comment\nif true; then echo 'text' $HOME; fi\n" },
  { name: "a/app.py", contents: "def main():\n    return 'text'  # comment\n" },
  { name: "a/data.json", contents: JSON_TEXT },
  { name: "a/deep.json", contents: "[".repeat(100_000) },
  { name: "a/picture.png", contents: png(60, 40) },
  { name: "a/bomb.png", contents: png(60_000, 60_000) },
  {
    name: "a/broken.png",
    contents: Buffer.concat([png(60, 40).subarray(0, 41), Buffer.alloc(200, "no picture")]),
  },
  { name: "a/broken-elf", contents: readFileSync("/bin/ls").subarray(0, 3000) },
  { name: "a/tool", contents: readFileSync("/bin/ls") },
  { name: "a/broken.pem", contents: "-----BEGIN CERTIFICATE-----\nMIIBbroken\n-----END CERTIFICATE-----\n" },
  { name: "a/random", contents: Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) & 0xff)) },
  { name: "a/empty", contents: "" },
  { name: "a/link", type: "2", link: "words.txt" },
]);
