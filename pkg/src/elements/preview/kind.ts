import { decodeText } from "./decode.js";

/** What a file is, told from its first bytes. */
export type FileKind =
  | { readonly kind: "empty" | "text" | "json" | "elf" | "certificate" }
  | { readonly kind: "image"; readonly type: ImageType }
  /** In words: `a gzip archive`. */
  | { readonly kind: "binary"; readonly words: string };

/** Pictures that are shown. */
export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/svg+xml";

const PICTURES: readonly (readonly [type: ImageType, starts: string])[] = [
  ["image/png", "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", "\xff\xd8\xff"],
  ["image/gif", "GIF87a"],
  ["image/gif", "GIF89a"],
];

/** Other formats by how they begin, and what they are called. */
const OTHERS: readonly (readonly [starts: string, words: string])[] = [
  ["\x1f\x8b", "compressed with gzip"],
  ["\x28\xb5\x2f\xfd", "compressed with zstd"],
  ["\xfd7zXZ\0", "compressed with xz"],
  ["BZh", "compressed with bzip2"],
  ["\x04\x22\x4d\x18", "compressed with lz4"],
  ["PK\x03\x04", "a zip archive (jar, wheel and office files are such)"],
  ["PK\x05\x06", "an empty zip archive"],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive"],
  ["!<arch>\n", "an ar archive (static libraries and Debian packages are such)"],
  ["\xed\xab\xee\xdb", "an RPM package"],
  ["070701", "a cpio archive"],
  ["SQLite format 3\0", "an SQLite database"],
  ["\0asm", "a WebAssembly module"],
  ["MZ", "a program for Windows"],
  ["\xcf\xfa\xed\xfe", "a program for macOS"],
  ["\xca\xfe\xba\xbe", "a Java class or a program for macOS"],
  ["%PDF-", "a PDF document"],
  ["wOFF", "a font"],
  ["wOF2", "a font"],
  ["OTTO", "a font"],
  ["\0\x01\0\0", "a font"],
  ["hsqs", "a SquashFS file system"],
  ["\xde\x12\x04\x95", "a catalogue of translated messages"],
];

/** What bytes are that a file begins with. `isWhole` is false where there are more of them. */
export function fileKind(bytes: Uint8Array, isWhole: boolean): FileKind {
  if (bytes.length === 0) return { kind: "empty" };
  if (starts(bytes, "\x7fELF")) return { kind: "elf" };
  const picture = PICTURES.find(([, begin]) => starts(bytes, begin));
  if (picture) return { kind: "image", type: picture[0] };
  if (starts(bytes, "RIFF") && starts(bytes.subarray(8), "WEBP"))
    return { kind: "image", type: "image/webp" };
  if (looksLikeCertificate(bytes)) return { kind: "certificate" };
  const other = OTHERS.find(([begin]) => starts(bytes, begin));
  const decoded = decodeText(bytes, isWhole);
  // Words that are also the beginning of a text: `BZh` and `MZ` are.
  if (other && (!decoded || other[0] === "%PDF-")) return { kind: "binary", words: other[1] };
  if (starts(bytes.subarray(257), "ustar")) return { kind: "binary", words: "a tar archive" };
  if (!decoded) return { kind: "binary", words: "no text, of a kind that is not known here" };
  const { text } = decoded;
  if (/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----\s*$/m.test(text)) return { kind: "certificate" };
  if (isDrawing(text.slice(0, 4096))) return { kind: "image", type: "image/svg+xml" };
  if (/^\uFEFF?\s*(?:\{\s*["}]|\[\s*[\]{["\d-tfn])/.test(text)) return { kind: "json" };
  return { kind: "text" };
}

/** A DER certificate: a sequence of a sequence, whose first part is the version. */
function looksLikeCertificate(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30 || bytes[1] !== 0x82 || bytes[4] !== 0x30 || bytes[5] !== 0x82) return false;
  return (bytes[8] === 0xa0 && bytes[9] === 0x03 && bytes[10] === 0x02) || bytes[8] === 0x02;
}

/** Is the first element one of SVG? It may stand behind a declaration, comments and a document type. */
function isDrawing(text: string): boolean {
  let rest = text.replace(/^\uFEFF/, "").trimStart();
  for (;;) {
    const end = rest.startsWith("<!--") ? "-->" : /^<[?!]/.test(rest) ? ">" : undefined;
    if (end === undefined) return /^<svg[\s>]/.test(rest);
    const at = rest.indexOf(end);
    if (at < 0) return false;
    rest = rest.slice(at + end.length).trimStart();
  }
}

function starts(bytes: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}
