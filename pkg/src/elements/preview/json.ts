import { type CSSResultGroup, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { count } from "../format/size.js";
import { ICONS } from "../ui/icons.js";
import { colourStyles } from "./colours.styles.js";
import type { JsonLine } from "./json-lines.js";
import { visible } from "./pieces.js";
import { RowsElement } from "./rows.js";

/** Longest string that a row shows whole. */
const MOST_CHARACTERS = 2000;

/** A JSON document written out, whose objects and lists can be folded. */
@customElement("layerglass-json")
export class JsonElement extends RowsElement {
  static override styles: CSSResultGroup = [
    RowsElement.styles,
    colourStyles,
    css`
      .row { display: flex; min-height: 1.5em; padding-inline: 0.6rem 1.5rem; white-space: pre; }
      button { flex: none; display: grid; place-items: center; width: 1.5em; height: 1.5em; padding: 0; border: 0; border-radius: var(--radius-small); background: none; color: var(--muted); cursor: pointer; }
      button:hover { background: var(--hover); color: var(--text); }
      button[aria-expanded="true"] .icon { transform: rotate(90deg); }
      .room { flex: none; width: 1.5em; }
      .note { color: var(--muted); font-style: italic; }
    `,
  ];

  @property({ attribute: false }) lines: readonly JsonLine[] = [];
  private readonly folded = new Set<number>();
  /** The rows that are not inside something folded. */
  private shown: number[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("lines")) return;
    this.folded.clear();
    this.unfold();
  }

  /** Folds everything but the outermost, or nothing. */
  foldAll(isFolded: boolean): void {
    this.folded.clear();
    if (isFolded)
      for (const [row, line] of this.lines.entries())
        if (line.end !== undefined && line.depth > 0) this.folded.add(row);
    this.unfold();
  }

  private unfold(): void {
    const shown: number[] = [];
    for (let row = 0; row < this.lines.length; row += 1) {
      shown.push(row);
      // Its closing bracket is written in the same row then.
      if (this.folded.has(row)) row = this.lines[row]?.end ?? row;
    }
    this.shown = shown;
    this.rowsChanged();
  }

  private toggle(row: number): void {
    if (!this.folded.delete(row)) this.folded.add(row);
    this.unfold();
  }

  protected override rowCount(): number {
    return this.shown.length;
  }

  protected override row(index: number): TemplateResult {
    const row = this.shown[index] ?? 0;
    const line = this.lines[row];
    if (!line) return html`<div class="row"></div>`;
    const isFolded = this.folded.has(row);
    const room = `padding-inline-start: ${0.6 + Math.min(line.depth, 60) * 1.1}rem`;
    const key =
      line.key === undefined ? nothing : html`<span class="attribute">${visible(line.key)}</span>: `;
    return html`<div class="row" .style=${room}>${this.handle(row, line, isFolded)}<span>${key}${this.value(line, isFolded)}</span></div>`;
  }

  private handle(row: number, line: JsonLine, isFolded: boolean): TemplateResult {
    if (line.end === undefined) return html`<span class="room"></span>`;
    const name = line.key === undefined ? "this part" : line.key.slice(0, 100);
    return html`<button type="button" aria-expanded=${!isFolded} @click=${() => this.toggle(row)}>${ICONS.chevron}<span class="unseen">${visible(name)}</span></button>`;
  }

  private value(line: JsonLine, isFolded: boolean): TemplateResult {
    if (isFolded) {
      const close = line.text === "{" ? "}" : "]";
      const comma = this.lines[line.end ?? 0]?.comma ? "," : "";
      const members = count(line.members ?? 0, line.text === "{" ? "member" : "element");
      return html`${line.text} <span class="note">${members}</span> ${close}${comma}`;
    }
    const text = line.text.slice(0, MOST_CHARACTERS);
    const rest = line.text.length - text.length;
    const value =
      line.kind === "bracket"
        ? text
        : html`<span class=${line.kind === "string" ? "string" : "number"}>${visible(text)}</span>`;
    return html`${value}${rest > 0 ? html`<span class="note">… ${count(rest, "more character")}</span>` : nothing}${line.comma ? "," : ""}`;
  }
}
