import { type CSSResultGroup, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { groupDigits } from "../format/size.js";
import { COLOURS } from "./colours.js";
import { colourStyles } from "./colours.styles.js";
import { Finder } from "./find.js";
import { languageOf } from "./language.js";
import { PREVIEW_LIMITS } from "./limits.js";
import { type TextRows, textRows } from "./lines.js";
import { pieces, type Span, visible } from "./pieces.js";
import { RowsElement } from "./rows.js";
import { inWorker } from "./work.js";

/** A text with the numbers of its lines, coloured if its language is known. */
@customElement("layerglass-text")
export class TextElement extends RowsElement {
  static override styles: CSSResultGroup = [
    RowsElement.styles,
    colourStyles,
    css`
      .row { display: grid; grid-template-columns: 4.5em minmax(0, 1fr); }
      .scroll:not(.wrap) .row { grid-template-columns: 4.5em max-content; }
      .line { padding-inline: 0.3em 1em; text-align: end; color: var(--muted); user-select: none; position: sticky; inset-inline-start: 0; background: var(--surface); }
      code { font: inherit; white-space: pre; padding-inline-end: 1.5em; min-height: 1.5em; unicode-bidi: isolate; direction: ltr; }
      .wrap code { white-space: pre-wrap; overflow-wrap: anywhere; }
      mark { background: var(--warn-soft); color: var(--text); border-radius: 2px; box-shadow: 0 0 0 1px var(--warn); }
      mark.here { background: var(--accent); color: var(--on-accent); box-shadow: 0 0 0 1px var(--accent); }
      @media (forced-colors: active) { mark.here { outline: 2px solid Highlight; } }
    `,
  ];

  @property({ attribute: false }) text = "";
  /** Its path: the name tells the language. */
  @property({ attribute: false }) path = "";
  /** Whether long lines go on below instead of beyond the edge. */
  @property({ type: Boolean }) wrap = false;
  /** What is looked for. */
  @property({ attribute: false }) find = "";
  @state() private colours: ReadonlyMap<number, readonly Span[]> = new Map();
  private content: TextRows = textRows("");
  private finder = new Finder([], "");
  private at = 0;
  private work: AbortController | undefined;

  protected override get wraps(): boolean {
    return this.wrap;
  }

  /** How many lines there are, where they end, and whether more of them are left out. */
  get rows(): TextRows {
    return this.content;
  }

  /** How often the word is found, and which of the places is the chosen one, from 1. */
  get found(): { readonly count: number; readonly at: number; readonly isCut: boolean } {
    return { count: this.finder.places.length, at: this.at + 1, isCut: this.finder.isCut };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.work?.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("text") || changed.has("path")) {
      this.content = textRows(this.text);
      this.colours = new Map();
      void this.colour();
    }
    if (changed.has("text") || changed.has("find")) {
      this.finder = new Finder(this.content.rows, this.find, PREVIEW_LIMITS.found);
      this.at = 0;
    }
    if (changed.has("text") || changed.has("wrap")) this.rowsChanged();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.has("text") || changed.has("find")) {
      this.dispatchEvent(new Event("layerglass-found"));
      if (this.find !== "") void this.go(0);
    }
  }

  /** Goes to the next place that was found, or back. */
  async go(by: number): Promise<void> {
    const { places } = this.finder;
    if (places.length === 0) return;
    this.at = (this.at + by + places.length) % places.length;
    this.requestUpdate();
    this.dispatchEvent(new Event("layerglass-found"));
    await this.reveal(places[this.at]?.row ?? 0, "mark.here");
  }

  private async colour(): Promise<void> {
    this.work?.abort();
    const { text } = this;
    const language = languageOf(this.path, text);
    if (!language || text.length > PREVIEW_LIMITS.highlightCharacters) return;
    const work = new AbortController();
    this.work = work;
    const task = { do: "highlight", language, text, most: PREVIEW_LIMITS.highlightRuns } as const;
    const runs = await inWorker(task, PREVIEW_LIMITS.highlightTime, work.signal);
    if (runs && this.work === work) this.colours = spansOf(runs, text, this.content);
  }

  protected override rowCount(): number {
    return this.content.rows.length;
  }

  protected override row(index: number): TemplateResult {
    const row = this.content.rows[index];
    if (!row) return html`<div class="row"></div>`;
    const here = this.finder.places[this.at];
    const found = this.finder
      .of(index)
      .map((place) => ({ from: place.from, to: place.to, name: place === here ? "here" : "found" }));
    return html`<div class="row"><span class="line" aria-hidden="true">${row.from === 0 ? groupDigits(row.line) : nothing}</span><code>${pieces(row.text, this.colours.get(index) ?? [], found).map(piece)}</code></div>`;
  }
}

function piece({ text, names }: { text: string; names: readonly string[] }): unknown {
  const colour = names.find((name) => name !== "found" && name !== "here");
  const coloured = colour === undefined ? visible(text) : html`<span class=${colour}>${visible(text)}</span>`;
  if (names.includes("here")) return html`<mark class="here">${coloured}</mark>`;
  return names.includes("found") ? html`<mark>${coloured}</mark>` : coloured;
}

/** The runs of the worker, which count in the whole text, by row. */
function spansOf(runs: Uint32Array, text: string, { rows }: TextRows): Map<number, Span[]> {
  const spans = new Map<number, Span[]>();
  let run = 0;
  let lineStart = 0;
  for (const [index, row] of rows.entries()) {
    if (row.from === 0 && index > 0) lineStart = text.indexOf("\n", lineStart) + 1;
    const start = lineStart + row.from;
    const end = start + row.text.length;
    // Runs that end before this row are done with; one may reach over many rows.
    while (run < runs.length && (runs[run + 1] ?? 0) <= start) run += 3;
    const own: Span[] = [];
    for (let each = run; each < runs.length && (runs[each] ?? 0) < end; each += 3)
      own.push({
        from: (runs[each] ?? 0) - start,
        to: (runs[each + 1] ?? 0) - start,
        name: COLOURS[runs[each + 2] ?? 0] ?? "",
      });
    if (own.length > 0) spans.set(index, own);
  }
  return spans;
}
