import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ArchiveData, Check, ImageData } from "../../archive.js";
import { instruction } from "../format/command.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { diffIdCheck } from "../model/checks.js";
import { isDocument } from "../model/documents.js";
import { historyFits, type Step, steps } from "../model/steps.js";
import { type Found, StandaloneElement, standaloneStyles } from "../standalone.js";
import "../ui/check.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { LayerEvent } from "./events.js";

/** The image as a drill core: every step from the first up, each with the layer it made or marked as empty. */
@customElement("layerglass-layers")
export class StrataElement extends StandaloneElement {
  static override styles = [
    standaloneStyles,
    shared,
    css`
      ol { position: relative; }
      li { position: relative; }
      /* The core itself: a line through all signs. */
      li::before {
        content: "";
        position: absolute;
        inset-block: 0;
        inset-inline-start: 1.6rem;
        border-inline-start: 2px solid var(--line);
      }
      li:first-child::before { inset-block-start: 1.25rem; }
      li:last-child::before { inset-block-end: auto; height: 1.1rem; }

      button.row {
        position: relative;
        display: grid;
        grid-template-columns: 2.25rem minmax(0, 1fr) auto;
        gap: 0.1rem 0.6rem;
        align-items: start;
        width: 100%;
        padding: 0.5rem 0.75rem 0.5rem 0.5rem;
        border: 0;
        border-radius: var(--radius);
        background: none;
        text-align: start;
        cursor: pointer;
      }
      button.row:hover { background: var(--hover); }
      button.row[aria-current="true"] { background: var(--accent-soft); box-shadow: inset 3px 0 0 var(--accent); }
      button.row:focus-visible { outline-offset: -2px; }
      .sign-of {
        justify-self: center;
        display: grid;
        place-items: center;
        min-width: 1.75rem;
        height: 1.5rem;
        padding-inline: 0.3rem;
        border: 1.5px solid var(--tint, var(--line-strong));
        border-radius: 6px;
        background: var(--surface);
        color: var(--text);
        font-size: var(--tiny);
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      .dot {
        justify-self: center;
        width: 0.625rem;
        height: 0.625rem;
        margin-top: 0.4rem;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
        background: var(--bg);
      }
      .text { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; line-height: 1.4; font-size: var(--small); }
      .open .text { display: block; }
      .keyword { font-weight: 650; font-size: var(--tiny); letter-spacing: 0.03em; margin-inline-end: 0.35em; }
      .command { font-family: var(--mono); font-size: 0.95em; }
      .empty-step { color: var(--muted); padding-block: 0.3rem; }
      .side { display: flex; align-items: center; gap: 0.35rem; padding-top: 0.05rem; font-size: var(--small); }
      .bar { grid-column: 2 / -1; height: 4px; margin-top: 0.35rem; border-radius: 2px; background: var(--sunken); overflow: hidden; }
      .bar i { display: block; height: 100%; width: calc(var(--share) * 1%); min-width: 3px; border-radius: 2px; background: var(--tint); }
      .note { grid-column: 2 / -1; color: var(--muted); font-size: var(--tiny); }
      .note.bad { color: var(--bad); }
      .merged .sign-of { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
      .merged strong { font-weight: 600; font-size: 0.9375rem; line-height: 1.6; }
      .warning { display: flex; gap: 0.5rem; margin: 0 0.75rem 0.5rem; padding: 0.5rem 0.75rem; border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); font-size: var(--small); }
      .more { padding: 0.5rem 0.75rem; }
      @media (forced-colors: active) {
        button.row[aria-current="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
        .bar i { background: CanvasText; }
      }
    `,
  ];

  @property({ attribute: false }) archive!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) selected: number | "all" = "all";
  @state() private opened = new Set<number>();
  private readonly portions = new Portions(this, 150);

  override render() {
    const lines = steps(this.image, this.archive);
    const largest = Math.max(1, ...this.image.layers.map((layer) => this.storedSize(layer.blob)));
    const layers = this.image.layers.length;
    return html`
      ${historyFits(this.image) ? nothing : html`<p class="warning">${ICONS.warning}<span>The history does not fit the layers: steps and layers are listed without a claim which made which.</span></p>`}
      <ol aria-label="Layers and history, the first at the top">
        <li>
          <button type="button" class="row merged" aria-current=${this.selected === "all"} @click=${() => this.choose("all")}>
            <span class="sign-of">${ICONS.layers}</span>
            <strong>All layers together</strong>
            <span class="side num muted">${count(layers, "layer")}</span>
          </button>
        </li>
        ${this.portions
          .of("steps", lines)
          .map(
            (step, index) =>
              html`<li>${step.layer ? this.layerRow(step, largest) : this.emptyRow(step, index)}</li>`,
          )}
      </ol>
      <div class="more">${this.portions.button("steps", lines)}</div>
    `;
  }

  private layerRow(step: Step, largest: number): TemplateResult {
    const position = step.position ?? 0;
    const stored = step.stored;
    const size = stored?.storedSize ?? step.layer?.declaredSize;
    const share = stored ? Math.max(0.5, (Number(stored.storedSize) / largest) * 100) : 0;
    const document = isDocument(stored);
    const failed = stored?.state === "failed" && !document;
    return html`<button type="button" class="row" aria-current=${this.selected === position}
        .style=${`--tint: var(--stratum-${position % 8}); --share: ${share}`} @click=${() => this.choose(position)}>
      <span class="sign-of"><span class="unseen">Layer </span>${position + 1}</span>
      <span class="text">${words(step)}</span>
      <span class="side">
        ${size === undefined ? nothing : html`<span class="num" title=${exactSize(size)}>${humanSize(size)}</span>`}
        ${step.layer ? html`<layerglass-check .state=${failed ? "failed" : this.worst(step)}></layerglass-check>` : nothing}
      </span>
      ${stored ? html`<span class="bar" aria-hidden="true"><i></i></span>` : html`<span class="note">not in this file</span>`}
      ${document ? html`<span class="note">a document: ${plain(stored?.mediaType ?? "", 200)}</span>` : nothing}
      ${failed ? html`<span class="note bad">could not be read to its end: ${plain(stored?.error?.message ?? "", 200)}</span>` : nothing}
    </button>`;
  }

  private emptyRow(step: Step, index: number): TemplateResult {
    const open = this.opened.has(index);
    return html`<button type="button" class="row empty-step ${open ? "open" : ""}" aria-expanded=${open} @click=${() => this.toggle(index)}>
      <span class="dot"></span>
      <span class="text">${words(step)}</span>
      <span class="side" title="This step changed the configuration only and made no layer">empty</span>
    </button>`;
  }

  /** The graver of the layer's two checks. */
  private worst({ layer, stored }: Step): Check["state"] {
    const states = [layer ? diffIdCheck(layer, this.archive).state : undefined, stored?.check.state];
    const gravest = (["mismatch", "absent", "pending", "match"] as const).find((state) =>
      states.includes(state),
    );
    return gravest ?? "undeclared";
  }

  private storedSize(blob: number | undefined): number {
    return blob === undefined ? 0 : Number(this.archive.layers[blob]?.storedSize ?? 0);
  }

  private toggle(index: number): void {
    const opened = new Set(this.opened);
    if (!opened.delete(index)) opened.add(index);
    this.opened = opened;
  }

  private choose(layer: number | "all"): void {
    this.dispatchEvent(new LayerEvent(layer));
  }

  protected override take({ data, image }: Found): void {
    this.archive = data;
    if (image) this.image = image;
  }

  protected override pick(layer: number | "all"): void {
    this.selected = layer;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("image") && (changed.get("image") as ImageData | undefined)?.index !== this.image.index) {
      this.opened = new Set();
      this.portions.reset();
    }
  }
}

/** The step's command in words; what is known instead when it has none. */
export function words(step: Step): TemplateResult {
  const recorded = step.history?.createdBy;
  if (!recorded) {
    const comment = step.history?.comment;
    if (comment) return html`<span class="keyword muted">no command</span>${shown(comment, 500)}`;
    return html`<span class="muted">${step.history ? "no command recorded" : "no history for this layer"}</span>`;
  }
  const { keyword, text } = instruction(recorded);
  return html`${keyword ? html`<span class="keyword">${keyword}</span>` : nothing}<span class="command">${shown(text, 2000)}</span>`;
}
