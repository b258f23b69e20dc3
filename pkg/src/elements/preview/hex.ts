import { type CSSResultGroup, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { RowsElement } from "./rows.js";

/** Bytes in hexadecimal, each row with its offset and the same bytes as ASCII. */
@customElement("layerglass-hex")
export class HexElement extends RowsElement {
  static override styles: CSSResultGroup = [
    RowsElement.styles,
    css`
      .row { display: grid; grid-template-columns: 6.5em var(--hex, 49.5ch) max-content; gap: 1.2em; padding-inline: 0.9rem; white-space: pre; }
      .offset { color: var(--muted); user-select: none; }
      .ascii { color: var(--muted); padding-inline-end: 1rem; }
      .ascii b { color: var(--text); font-weight: inherit; }
      .narrow .row { gap: 0.7em; padding-inline: 0.5rem; }
    `,
  ];

  @property({ attribute: false }) bytes: Uint8Array = new Uint8Array();
  /** Bytes of a row. */
  @property({ type: Number }) columns = 16;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("bytes") || changed.has("columns")) {
      this.rowsChanged();
      // Two digits and a space each, and one more space in the middle of sixteen.
      this.style.setProperty("--hex", `${this.columns * 3 + (this.columns > 8 ? 1 : 0)}ch`);
    }
  }

  /** Scrolls to a byte. */
  async goTo(offset: number): Promise<void> {
    await this.reveal(Math.floor(offset / this.columns));
  }

  protected override rowCount(): number {
    return Math.ceil(this.bytes.length / this.columns);
  }

  protected override row(index: number): TemplateResult {
    const from = index * this.columns;
    const bytes = this.bytes.subarray(from, from + this.columns);
    return html`<div class="row"><span class="offset">${from.toString(16).padStart(8, "0")}</span><span>${hexRow(bytes)}</span><span class="ascii">${asciiRow(bytes).map(({ text, isText }) => (isText ? html`<b>${text}</b>` : text))}</span></div>`;
  }
}

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
