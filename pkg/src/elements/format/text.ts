/**
 * Text from an image is hostile: it may hold control characters, characters that reverse the direction of what
 * follows, or none that can be seen. Here it is cut into runs that are shown as they are and characters that are
 * named instead.
 */
export type Run = { readonly text: string } | { readonly sign: string; readonly name: string };

// C0, DEL, C1, soft hyphen, Arabic letter mark, fillers, zero width and directional marks, line and paragraph
// separators, embeddings, overrides and isolates, invisible operators, byte order mark, tags, lone surrogates.
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** What ASCII calls its controls; the pictures that Unicode has for them are missing in most fonts. */
const ASCII =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

/** Names of those that are met in attacks on readers. */
const NAMES: Readonly<Record<number, string>> = {
  173: "SOFT HYPHEN",
  8203: "ZERO WIDTH SPACE",
  8204: "ZERO WIDTH NON-JOINER",
  8205: "ZERO WIDTH JOINER",
  8206: "LEFT-TO-RIGHT MARK",
  8207: "RIGHT-TO-LEFT MARK",
  8234: "LEFT-TO-RIGHT EMBEDDING",
  8235: "RIGHT-TO-LEFT EMBEDDING",
  8236: "POP DIRECTIONAL FORMATTING",
  8237: "LEFT-TO-RIGHT OVERRIDE",
  8238: "RIGHT-TO-LEFT OVERRIDE",
  8294: "LEFT-TO-RIGHT ISOLATE",
  8295: "RIGHT-TO-LEFT ISOLATE",
  8296: "FIRST STRONG ISOLATE",
  8297: "POP DIRECTIONAL ISOLATE",
  65279: "BYTE ORDER MARK",
};

/** Splits text into runs to show and characters to name. */
export function runs(text: string): Run[] {
  const found: Run[] = [];
  let start = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > start) found.push({ text: text.slice(start, match.index) });
    found.push(sign(match[0].codePointAt(0) ?? 0));
    start = match.index + match[0].length;
  }
  if (start < text.length) found.push({ text: text.slice(start) });
  return found;
}

/** The same for places that take only a string (tooltips, labels, the document's title): `a⟨U+202E⟩b`. */
export function plain(text: string, most = 2000): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(UNSEEN, (unseen) => `⟨${codePoint(unseen.codePointAt(0) ?? 0)}⟩`);
}

function sign(code: number): Run {
  const ascii = code === 0x7f ? "DEL" : ASCII[code];
  if (ascii) return { sign: ascii, name: `${codePoint(code)}, a control character` };
  const named = NAMES[code];
  return { sign: codePoint(code).slice(2), name: named ? `${codePoint(code)} ${named}` : codePoint(code) };
}

function codePoint(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
