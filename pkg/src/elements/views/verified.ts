import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { exactSize, groupDigits, humanSize } from "../format/size.js";
import { countStates, type VerifiedLine, type VerifiedState, verifiedText } from "../model/verified.js";
import "../ui/check.js";
import "../ui/copy.js";
import "../ui/id.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";

const FILTERS: readonly (readonly [VerifiedState, string])[] = [
  ["mismatch", "do not match"],
  ["failed", "could not be read"],
  ["pending", "not yet checked"],
  ["undeclared", "nothing declared"],
  ["absent", "not in the file"],
  ["match", "match"],
];

/** Every declared and computed value, with its place in the file. */
@customElement("layerglass-verified")
export class VerifiedElement extends LitElement {
  static override styles = [
    shared,
    card,
    css`
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.75rem; margin-bottom: 0.6rem; }
      h2 { font-size: 1rem; }
      .filters { display: flex; flex-wrap: wrap; gap: 0.3rem; margin-inline-end: auto; }
      .filters button { min-height: 1.75rem; padding: 0.05rem 0.65rem; border: 1px solid var(--line-strong); border-radius: 99px; background: none; color: var(--muted); font-size: var(--small); cursor: pointer; }
      .filters button:hover { background: var(--hover); }
      .filters button[aria-pressed="true"] { border-color: var(--accent); background: var(--accent-soft); color: var(--text); }
      .table { container-type: inline-size; }
      .row { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr) 8.5rem minmax(0, 17.5rem) 9rem; gap: 0.1rem 1rem; align-items: start; padding: 0.45rem 1rem; border-top: 1px solid var(--line); font-size: var(--small); }
      .row:first-child { border-top: 0; }
      .head { color: var(--muted); font-size: var(--tiny); font-weight: 600; }
      .row > span { min-width: 0; overflow-wrap: anywhere; }
      .path { color: var(--muted); font: var(--tiny)/1.5 var(--mono); }
      .place { display: grid; text-align: end; }
      .row > .place { white-space: nowrap; }
      .ids { display: grid; }
      .ids > span { display: flex; align-items: center; gap: 0.35rem; min-height: 1.5rem; }
      .ids i { flex: none; width: 4.25rem; color: var(--muted); font-size: var(--tiny); font-style: normal; }
      .mismatch { background: var(--bad-soft); }
      .mismatch .muted, .mismatch i, .mismatch .path { color: var(--text); }
      .more { margin-top: 0.6rem; }
      .more:empty { display: none; }
      .none { padding: 1rem; color: var(--muted); }
      @container (max-width: 52rem) {
        .head { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); }
        .row:not(.head) { grid-template-columns: minmax(0, 1fr) auto; padding-block: 0.6rem; }
        .row:not(.head) > .what { order: -2; font-weight: 600; }
        .row:not(.head) > .state { order: -1; }
        .row:not(.head) > .of, .row:not(.head) > .place, .row:not(.head) > .ids { grid-column: 1 / -1; }
        .row:not(.head) > .place { display: flex; gap: 1rem; text-align: start; }
      }
      @media (forced-colors: active) { .filters button[aria-pressed="true"] { outline: 2px solid Highlight; } .mismatch { outline: 2px solid; outline-offset: -2px; } }
    `,
  ];

  @property({ attribute: false }) lines: readonly VerifiedLine[] = [];
  @state() private filter: VerifiedState | "all" = "all";
  private readonly portions = new Portions(this, 60);

  protected override willUpdate(changed: PropertyValues<this>): void {
    // What was looked at may be gone when more is known.
    if (changed.has("lines") && !this.lines.some((line) => line.state === this.filter)) this.filter = "all";
  }

  override render() {
    const { lines, filter } = this;
    if (lines.length === 0) return nothing;
    const seen = filter === "all" ? lines : lines.filter((line) => line.state === filter);
    return html`<section aria-labelledby="title">
      <header>
        <h2 id="title">Digests</h2>
        ${this.filters()}
        <layerglass-copy label="Copy as text" .text=${() => verifiedText(seen)}></layerglass-copy>
      </header>
      <div class="card table" role="table" aria-labelledby="title" aria-rowcount=${seen.length + 1}>
        <div class="row head" role="row">
          <span role="columnheader" class="what">What</span><span role="columnheader">Of</span><span role="columnheader" class="place">Offset, size</span><span role="columnheader">Digest</span><span role="columnheader">State</span>
        </div>
        ${this.portions.of(filter, seen).map(row)}
      </div>
      <div class="more">${this.portions.button(filter, seen)}</div>
    </section>`;
  }

  private filters(): TemplateResult {
    const counts = countStates(this.lines);
    const filters = FILTERS.filter(([state]) => counts[state] > 0);
    return html`<div class="filters" role="group" aria-label="Which digests">
      ${this.button("all", `All ${groupDigits(this.lines.length)}`)}
      ${filters.length < 2 ? nothing : filters.map(([state, words]) => this.button(state, `${groupDigits(counts[state])} ${words}`))}
    </div>`;
  }

  private button(filter: VerifiedState | "all", words: string): TemplateResult {
    return html`<button type="button" aria-pressed=${this.filter === filter} @click=${() => {
      this.filter = filter;
    }}>${words}</button>`;
  }
}

function row({ what, of, path, offset, size, declared, computed, state }: VerifiedLine): TemplateResult {
  return html`<div class="row ${state}" role="row">
    <span role="cell" class="what">${what}</span>
    <span role="cell" class="of">${of === "" ? nothing : html`<span>${shown(of, 300)}</span>`}${path === "" ? nothing : html`<span class="path">${of === "" ? nothing : html`<br>`}${shown(path, 400)}</span>`}</span>
    <span role="cell" class="place">
      ${offset === undefined ? nothing : html`<span class="num muted">at ${groupDigits(offset)}</span>`}
      ${size === undefined ? nothing : html`<span class="num" title=${exactSize(size)}>${humanSize(size)}</span>`}
    </span>
    <span role="cell" class="ids">
      <span><i>declared</i>${declared === undefined ? html`<span class="muted">none</span>` : html`<layerglass-id what="declared digest" .value=${declared}></layerglass-id>`}</span>
      ${
        computed === undefined
          ? nothing
          : html`<span><i>computed</i>${computed === declared ? html`<span class="muted">the same</span>` : html`<layerglass-id what="computed digest" .value=${computed}></layerglass-id>`}</span>`
      }
    </span>
    <span role="cell" class="state"><layerglass-check words .state=${state}></layerglass-check></span>
  </div>`;
}
