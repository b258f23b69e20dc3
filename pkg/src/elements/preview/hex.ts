import { type CSSResultGroup, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { asciiRow, hexRow } from "./bytes-text.js";
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
      :host([columns="8"]) .row { grid-template-columns: 5em var(--hex) max-content; gap: 0.8em; padding-inline: 0.6rem; }
      :host([columns="8"]) .ascii { padding-inline-end: 0; }
    `,
  ];

  @property({ attribute: false }) bytes: Uint8Array = new Uint8Array();
  /** Bytes of a row. */
  @property({ type: Number, reflect: true }) columns = 16;

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
