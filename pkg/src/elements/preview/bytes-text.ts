/** `7f 45 4c 46 02 01 01 00  00 00 …` */
export function hexRow(bytes: Uint8Array): string {
  let row = "";
  for (const [at, byte] of bytes.entries())
    row += `${at === 0 ? "" : at % 8 === 0 ? "  " : " "}${byte.toString(16).padStart(2, "0")}`;
  return row;
}

/** Bytes as ASCII, in stretches of what can be printed and points for what cannot. */
export function asciiRow(bytes: Uint8Array): { readonly text: string; readonly isText: boolean }[] {
  const found: { text: string; isText: boolean }[] = [];
  for (const byte of bytes) {
    const isText = byte >= 0x20 && byte < 0x7f;
    const last = found.at(-1);
    const text = isText ? String.fromCharCode(byte) : "·";
    if (last?.isText === isText) last.text += text;
    else found.push({ text, isText });
  }
  return found;
}
