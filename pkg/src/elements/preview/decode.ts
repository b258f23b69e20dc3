/** Text and what it was written in. */
export interface Decoded {
  readonly text: string;
  /** `UTF-8`, `UTF-16, little-endian`. */
  readonly encoding: string;
}

/** Of bytes that are no Unicode, at most this share may be controls for them to count as text. */
const MOST_CONTROLS = 0.02;

/**
 * Bytes as text, if they are text. A mark at the beginning says which Unicode form it is; without one UTF-8 is tried, then
 * Latin-1 as browsers read it. `isWhole` is false where the bytes are only the beginning: a character may be cut in two then.
 */
export function decodeText(bytes: Uint8Array, isWhole: boolean): Decoded | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe)
    return { text: decode("utf-16le", bytes, isWhole), encoding: "UTF-16, little-endian" };
  if (first === 0xfe && second === 0xff)
    return { text: decode("utf-16be", bytes, isWhole), encoding: "UTF-16, big-endian" };
  // No text holds zero bytes, in no encoding of eight bits.
  if (bytes.includes(0)) return undefined;
  const hasMark = first === 0xef && second === 0xbb && third === 0xbf;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
    return mostlyControls(text) ? undefined : { text, encoding: hasMark ? "UTF-8 with a mark" : "UTF-8" };
  } catch {
    const text = new TextDecoder("windows-1252").decode(bytes);
    return mostlyControls(text) ? undefined : { text, encoding: "Latin-1, for it is not valid UTF-8" };
  }
}

function decode(encoding: string, bytes: Uint8Array, isWhole: boolean): string {
  return new TextDecoder(encoding).decode(bytes, { stream: !isWhole });
}

/** Controls that are no part of texts: those that move the cursor or set colours are. */
function mostlyControls(text: string): boolean {
  let controls = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && !(code >= 0x08 && code <= 0x0d) && code !== 0x1b) || (code >= 0x7f && code < 0xa0))
      controls += 1;
  }
  return controls > text.length * MOST_CONTROLS;
}
