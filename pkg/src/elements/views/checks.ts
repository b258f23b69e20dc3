import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ArchiveData, ImageData } from "../../archive.js";
import { count, groupDigits } from "../format/size.js";
import {
  type CheckRow,
  checkCounts,
  checkRows,
  findings,
  type PlacedFinding,
  uncounted,
} from "../model/checks.js";
import "../ui/check.js";
import { ICONS } from "../ui/icons.js";
import "../ui/id.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { RevealEvent } from "./events.js";
import { findingCard, findingStyles } from "./finding.js";

/** What is wrong or unusual, and every digest that was recomputed. */
@customElement("layerglass-checks")
export class ChecksElement extends LitElement {
  static override styles = [
    shared,
    card,
    findingStyles,
    css`
      :host { container-type: inline-size; display: grid; gap: 1.25rem; align-content: start; }
      h2 { font-size: 1rem; margin-bottom: 0.6rem; }
      .verdict { display: flex; align-items: center; gap: 0.9rem; padding: 1rem 1.1rem; }
      .verdict .icon { font-size: 1.6rem; }
      .verdict strong { display: block; font-size: 1.0625rem; font-weight: 600; }
      .verdict.ok { background: var(--ok-soft); border-color: transparent; } .verdict.ok .icon { color: var(--ok); }
      .verdict.bad { background: var(--bad-soft); border-color: transparent; } .verdict.bad .icon { color: var(--bad); }
      .verdict.wait .icon { color: var(--muted); }

      .link { border: 0; padding: 0; background: none; color: var(--accent); font-size: inherit; cursor: pointer; text-decoration: underline; text-underline-offset: 2px; }

      .rows { display: grid; }
      .check { display: grid; grid-template-columns: 7rem minmax(0, 1fr) minmax(0, auto) 9.5rem; gap: 0.1rem 1rem; align-items: center; padding: 0.4rem 1rem; border-top: 1px solid var(--line); min-height: 2.5rem; }
      .check:first-child { border-top: 0; }
      .check .of { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--muted); font-size: var(--small); }
      .check .ids { display: grid; justify-items: start; min-width: 0; }
      .check.mismatch { background: var(--bad-soft); }
      .check.mismatch .of, .check.mismatch .ids .muted { color: var(--text); }
      .ids span { font-size: var(--tiny); }
      .more { margin-top: 0.6rem; }
      @container (max-width: 46rem) {
        .check { grid-template-columns: minmax(0, 1fr) auto; padding-block: 0.6rem; }
        .check .of { grid-column: 1 / -1; grid-row: 2; white-space: normal; overflow-wrap: anywhere; }
        .check .ids { grid-column: 1 / -1; grid-row: 3; }
      }
    `,
  ];

  @property({ attribute: false }) archive!: ArchiveData;
  /** The image whose layers can be gone to. */
  @property({ attribute: false }) image?: ImageData;
  @property({ type: Boolean }) scanning = false;
  private readonly portions = new Portions(this, 60);

  override render() {
    const rows = checkRows(this.archive).filter(
      (row) => row.state !== "undeclared" || row.check.computed !== undefined,
    );
    const found = findings(this.archive);
    const hidden = uncounted(this.archive);
    return html`
      ${this.verdict(rows, found)}
      ${
        found.length > 0
          ? html`<section aria-label="Findings">
        <h2>Findings <span class="muted small num">${groupDigits(found.length)}</span></h2>
        <div class="findings">${this.portions.of("findings", found).map((each) => this.finding(each))}</div>
        <div class="more">${this.portions.button("findings", found)}</div>
        ${hidden > 0 ? html`<p class="muted small more">${count(hidden, "more finding was", "more findings were")} counted but not kept.</p>` : nothing}
      </section>`
          : nothing
      }
      ${
        rows.length > 0
          ? html`<section aria-label="Digests">
        <h2>Digests <span class="muted small num">${groupDigits(rows.length)}</span></h2>
        <div class="card rows">${this.portions.of("checks", rows).map(checkLine)}</div>
        <div class="more">${this.portions.button("checks", rows)}</div>
      </section>`
          : nothing
      }
    `;
  }

  private verdict(rows: readonly CheckRow[], found: readonly PlacedFinding[]): TemplateResult {
    const counts = checkCounts(rows);
    const errors = found.filter((each) => each.severity === "error").length;
    if (counts.mismatch > 0 || errors > 0) {
      const wrong = [
        counts.mismatch > 0 ? `${count(counts.mismatch, "digest does", "digests do")} not match` : "",
        errors > 0 ? `${count(errors, "error")} found` : "",
      ].filter((part) => part !== "");
      const rest = [
        `${count(counts.match, "digest matches", "digests match")}`,
        counts.failed > 0 ? `${count(counts.failed, "digest", "digests")} could not be computed` : "",
        counts.pending > 0 ? `${count(counts.pending, "digest is", "digests are")} not checked yet` : "",
      ].filter((part) => part !== "");
      return verdict("bad", ICONS.error, wrong.join(", "), `${rest.join(", ")}.`);
    }
    if (counts.pending > 0) {
      return verdict(
        "wait",
        ICONS.pending,
        `${groupDigits(counts.match)} of ${groupDigits(counts.match + counts.pending)} digests checked`,
        this.scanning ? "The layers are being scanned." : "Scan the layers to check the others.",
      );
    }
    if (counts.match === 0)
      return verdict("wait", ICONS.dash, "Nothing to compare with", "The file declares no digests.");
    return verdict(
      "ok",
      ICONS.shield,
      counts.match === 1
        ? "The one declared digest matches"
        : `All ${groupDigits(counts.match)} declared digests match`,
      `Each was recomputed here from the bytes${counts.absent > 0 ? `; ${count(counts.absent, "part is", "parts are")} not in the file` : ""}.`,
    );
  }

  private finding(found: PlacedFinding): TemplateResult {
    const position = found.path
      ? (this.image?.layers.findIndex(({ blob }) => blob !== undefined && blob === found.layer) ?? -1)
      : -1;
    const action =
      position < 0
        ? nothing
        : html`<button type="button" class="link" @click=${() => this.dispatchEvent(new RevealEvent(position, found.path ?? ""))}>Show in layer ${position + 1}</button>`;
    return findingCard(found, action);
  }
}

function verdict(tone: string, icon: TemplateResult, title: string, text: string): TemplateResult {
  return html`<div class="card verdict ${tone}">${icon}<div><strong>${title}</strong><span>${text}</span></div></div>`;
}

function checkLine({ what, of, check, state }: CheckRow): TemplateResult {
  const declared = check.declared ?? check.computed;
  return html`<div class="check ${state}">
    <span>${what}</span>
    <span class="of" title=${of}>${of}</span>
    <span class="ids">
      ${declared === undefined ? nothing : html`<layerglass-id what="digest" .value=${declared}></layerglass-id>`}
      ${check.state === "mismatch" && check.computed !== undefined ? html`<span class="muted">declared; computed:</span><layerglass-id what="computed digest" .value=${check.computed}></layerglass-id>` : nothing}
    </span>
    <layerglass-check words .state=${state}></layerglass-check>
  </div>`;
}
