import {
  card,
  count,
  findingCard,
  findingStyles,
  groupDigits,
  ICONS,
  Portions,
  shared,
  shown,
} from "layerglass/elements/kit";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Contents } from "../model/contents.ts";
import { diskReport } from "../model/disk.ts";
import type { Pairs, Report, Table, Text } from "../model/report.ts";
import { sifReport } from "../model/sif.ts";

/** So much of a text is shown. */
const MOST_TEXT = 200_000;

/** What a file says of itself that holds no layers: a disk, a kernel, a SIF image. */
@customElement("layerglass-report")
export class ReportElement extends LitElement {
  static override styles = [
    shared,
    card,
    findingStyles,
    css`
      :host { container-type: inline-size; display: grid; gap: 1.1rem; align-content: start; width: min(60rem, 100%); margin-inline: auto; padding: 1.5rem; }
      header { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.2rem 1.1rem; align-items: center; }
      .badge { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 12px; background: var(--accent-soft); color: var(--accent); font-size: 1.5rem; }
      h1 { font-size: 1.375rem; }
      h2 { font-size: 1rem; margin-bottom: 0.6rem; }
      section.card { padding: 0.9rem 1.1rem 1rem; min-width: 0; }
      dl { display: grid; }
      dl > div { display: grid; grid-template-columns: minmax(9rem, 14rem) minmax(0, 1fr); gap: 0 1.5rem; padding: 0.4rem 0; border-top: 1px solid var(--line); }
      dl > div:first-child { border-top: 0; }
      dt { color: var(--muted); overflow-wrap: anywhere; }
      dd { overflow-wrap: anywhere; white-space: pre-wrap; }
      .own dt { color: var(--text); font: 0.86em var(--mono); font-weight: 600; }
      .own dd { font: 0.86em var(--mono); }
      .scroll { overflow-x: auto; }
      .scroll:focus-visible { outline-offset: -2px; }
      table { width: 100%; border-collapse: collapse; font-size: var(--small); }
      th { padding: 0.3rem 0.9rem 0.3rem 0; text-align: start; font-weight: 500; color: var(--muted); white-space: nowrap; }
      td { padding: 0.4rem 0.9rem 0.4rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; max-width: 24rem; }
      td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
      pre { margin: 0; overflow: auto; max-height: 24rem; font: var(--small)/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
      .more { margin-top: 0.6rem; }
      .more:empty { display: none; }
      @container (max-width: 34rem) {
        dl > div { grid-template-columns: minmax(0, 1fr); }
        section.card { padding-inline: 0.9rem; }
      }
      @media (max-width: 40rem) { :host { padding: 1rem; } }
    `,
  ];

  @property({ attribute: false }) contents!: Contents;
  private readonly portions = new Portions(this, 100);

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("contents")) this.portions.reset();
  }

  override render() {
    const { contents } = this;
    const report = contents.type === "disk" ? diskReport(contents.data) : sifReport(contents.data);
    return html`<header>
        <span class="badge">${ICONS[report.icon]}</span>
        <div><h1>${report.title}</h1><p class="muted">${report.explanation}</p></div>
      </header>
      ${this.findings(report)}
      <section class="card" aria-label="What the file says">
        <dl>${report.facts.map(({ name, value, hint }) => html`<div><dt>${name}</dt><dd title=${hint ?? nothing}>${shown(value)}</dd></div>`)}</dl>
      </section>
      ${report.tables.map((each) => this.table(each))}
      ${report.pairs.map((each) => this.pairs(each))}
      ${report.texts.map(text)}`;
  }

  private findings({ findings, moreFindings }: Report): TemplateResult | typeof nothing {
    if (findings.length === 0) return nothing;
    return html`<section aria-label="Findings">
      <h2>Findings <span class="muted small num">${groupDigits(findings.length)}</span></h2>
      <div class="findings">${this.portions.of("findings", findings).map((each) => findingCard(each))}</div>
      <div class="more">${this.portions.button("findings", findings)}</div>
      ${Number(moreFindings) > 0 ? html`<p class="muted small more">${count(moreFindings, "more finding was", "more findings were")} counted but not kept.</p>` : nothing}
    </section>`;
  }

  private table({ title, columns, rows }: Table): TemplateResult {
    return html`<section class="card">
      <h2>${title} <span class="muted small num">${groupDigits(rows.length)}</span></h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${title}>
        <table>
          <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${this.portions.of(title, rows).map((row) => html`<tr>${row.map((cell) => html`<td class=${/^[\d,.]+( [kMGTPE]?B)?$/.test(cell) ? "number" : nothing}>${shown(cell, 500)}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
      <div class="more">${this.portions.button(title, rows)}</div>
    </section>`;
  }

  private pairs({ title, pairs }: Pairs): TemplateResult {
    return html`<section class="card">
      <h2>${title} <span class="muted small num">${groupDigits(pairs.length)}</span></h2>
      <dl class="own">${this.portions.of(title, pairs).map(([name, value]) => html`<div><dt>${shown(name)}</dt><dd>${shown(value)}</dd></div>`)}</dl>
      <div class="more">${this.portions.button(title, pairs)}</div>
    </section>`;
  }
}

function text({ title, text }: Text): TemplateResult {
  return html`<section class="card"><h2>${title}</h2><pre tabindex="0" role="region" aria-label=${title}>${lines(text)}</pre></section>`;
}

/** A text line by line: line breaks stay, other controls are named. */
function lines(text: string): unknown[] {
  const cut = text.slice(0, MOST_TEXT);
  const parts = cut.split("\n").map((line, index) => (index === 0 ? shown(line) : html`\n${shown(line)}`));
  return text.length > MOST_TEXT ? [...parts, html`<span class="cut">…</span>`] : parts;
}
