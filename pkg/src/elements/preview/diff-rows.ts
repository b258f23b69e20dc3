import { type CSSResultGroup, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { count, groupDigits } from "../format/size.js";
import { ICONS } from "../ui/icons.js";
import { type Difference, type DiffRow, diffRows, HEX_COLUMNS, type Side } from "./diff-model.js";
import { PREVIEW_LIMITS } from "./limits.js";
import { pieces, visible } from "./pieces.js";
import { RowsElement } from "./rows.js";

/** Characters that are shown before the first change of a line that is too long to be shown whole. */
const BEFORE_CHANGE = 100;

/** The lines of a comparison, one below the other or side by side; long stretches of unchanged lines are folded. */
@customElement("layerglass-diff-rows")
export class DiffRowsElement extends RowsElement {
  static override styles: CSSResultGroup = [
    RowsElement.styles,
    css`
      .row { display: grid; grid-template-columns: 4.6em 4.6em 1.4em minmax(0, 1fr); min-height: 1.5em; }
      .split.row { grid-template-columns: 4.6em 1.4em minmax(0, 1fr) 4.6em 1.4em minmax(0, 1fr); }
      .fold.row { grid-template-columns: minmax(0, 1fr); padding: 0.15rem 0.6rem; background: var(--sunken); }
      .line { padding-inline: 0.3em 0.8em; text-align: end; color: var(--muted); user-select: none; white-space: nowrap; }
      .mark { text-align: center; user-select: none; }
      code, del, ins { font: inherit; text-decoration: none; white-space: pre-wrap; overflow-wrap: anywhere; padding-inline-end: 0.9em; unicode-bidi: isolate; direction: ltr; min-width: 0; }
      .removed { background: var(--bad-soft); }
      .added { background: var(--ok-soft); }
      .mark.removed { color: var(--bad); } .mark.added { color: var(--ok); }
      .nothing { background: var(--sunken); }
      b { font-weight: inherit; border-radius: 2px; }
      .removed b { background: color-mix(in srgb, var(--bad) 24%, transparent); box-shadow: 0 1.5px 0 var(--bad); }
      .added b { background: color-mix(in srgb, var(--ok) 24%, transparent); box-shadow: 0 1.5px 0 var(--ok); }
      .here .line { color: var(--text); box-shadow: inset 3px 0 0 var(--accent); }
      .cut { user-select: none; }
      @media (max-width: 40rem) { .row { grid-template-columns: 3.4em 3.4em 1.2em minmax(0, 1fr); } .line { padding-inline: 0 0.5em; } :host([hex]) .row { font-size: 0.75rem; grid-template-columns: 5.2em 5.2em 1.2em minmax(0, 1fr); } }
      @media (forced-colors: active) { .removed b, .added b { outline: 1px solid Highlight; } }
    `,
  ];

  @property({ attribute: false }) difference?: Difference;
  /** Side by side. */
  @property({ type: Boolean }) split = false;
  /** Lines are rows of bytes, and are counted so. */
  @property({ type: Boolean, reflect: true }) hex = false;
  /** Where the first row of bytes begins in the file. */
  @property({ type: Number }) base = 0;
  /** The change that was gone to, from 0. */
  @property({ type: Number }) at = -1;
  private readonly open = new Set<number>();
  private rows: readonly DiffRow[] = [];

  protected override get wraps(): boolean {
    return true;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("difference")) this.open.clear();
    if (changed.has("difference") || changed.has("split")) this.lay();
  }

  private lay(): void {
    this.rows = this.difference ? diffRows(this.difference, this.split, this.open) : [];
    this.rowsChanged();
  }

  /** Scrolls to a change. */
  async goTo(change: number): Promise<void> {
    this.at = change;
    await this.reveal(this.rows.findIndex((row) => row.kind === "changed" && row.change === change));
  }

  protected override rowCount(): number {
    return this.rows.length;
  }

  protected override row(index: number): TemplateResult {
    const row = this.rows[index];
    if (!row) return html`<div class="row"></div>`;
    if (row.kind === "fold")
      return html`<div class="row fold"><div><button type="button" class="button quiet slim" @click=${() => {
        this.open.add(row.from);
        this.lay();
      }}>${ICONS.expand} Show ${count(row.lines, this.hex ? "unchanged row" : "unchanged line")}</button></div></div>`;
    const here = row.kind === "changed" && row.change === this.at ? "here" : "";
    if (this.split)
      return html`<div class="row split ${here}">${this.half(row.before, row.kind, "removed")}${this.half(row.after, row.kind, "added")}</div>`;
    const kind = row.kind === "same" ? "" : row.before ? "removed" : "added";
    return html`<div class="row ${here}"><span class="line ${kind}">${this.number(row.before)}</span><span class="line ${kind}">${this.number(row.after)}</span>${text(row.after ?? row.before, kind)}</div>`;
  }

  private half(side: Side | undefined, kind: "same" | "changed", word: "removed" | "added"): TemplateResult {
    if (!side)
      return html`<span class="line nothing"></span><span class="nothing"></span><span class="nothing"></span>`;
    const name = kind === "same" ? "" : word;
    return html`<span class="line ${name}">${this.number(side)}</span>${text(side, name)}`;
  }

  private number(side: Side | undefined): string | typeof nothing {
    if (!side) return nothing;
    return this.hex
      ? (this.base + side.line * HEX_COLUMNS).toString(16).padStart(8, "0")
      : groupDigits(side.line + 1);
  }
}

/** A line with the sign before it; the words are for those who see neither sign nor colour. */
function text(side: Side | undefined, kind: "" | "removed" | "added"): TemplateResult {
  if (!side) return html``;
  const content = lineText(side);
  switch (kind) {
    case "removed":
      return html`<span class="mark removed" aria-hidden="true">−</span><del class="removed"><span class="unseen">removed: </span>${content}</del>`;
    case "added":
      return html`<span class="mark added" aria-hidden="true">+</span><ins class="added"><span class="unseen">added: </span>${content}</ins>`;
    default:
      return html`<span></span><code>${content}</code>`;
  }
}

function lineText({ text, spans }: Side): unknown {
  const most = PREVIEW_LIMITS.diffLineCharacters;
  const from = text.length > most ? Math.max(0, (spans[0]?.from ?? 0) - BEFORE_CHANGE) : 0;
  const shown = text.slice(from, from + most);
  const rest = text.length - from - shown.length;
  const moved =
    from === 0 ? spans : spans.map((span) => ({ ...span, from: span.from - from, to: span.to - from }));
  return html`${from > 0 ? cut(from) : nothing}${pieces(shown, moved).map(({ text, names }) =>
    names.length > 0 ? html`<b>${visible(text)}</b>` : visible(text),
  )}${rest > 0 ? cut(rest) : nothing}`;
}

function cut(characters: number): TemplateResult {
  return html`<span class="cut">… ${count(characters, "more character")} …</span>`;
}
