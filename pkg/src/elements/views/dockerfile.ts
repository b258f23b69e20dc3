import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ArchiveData, ImageData } from "../../archive.js";
import { exactSize, humanSize } from "../format/size.js";
import { dockerfile, dockerfileText, type Instruction, written } from "../model/dockerfile.js";
import { historyFits, steps } from "../model/steps.js";
import "../ui/copy.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { LayerEvent } from "./events.js";

/** The history of an image as a Dockerfile, each instruction beside the layer that it made. */
@customElement("layerglass-dockerfile")
export class DockerfileElement extends LitElement {
  static override styles = [
    shared,
    card,
    css`
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; padding: 0.7rem 1.1rem; }
      h2 { flex: 1; font-size: 0.9375rem; }
      ol { padding-block: 0.5rem; border-top: 1px solid var(--line); }
      li { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); align-items: start; padding-inline: 0.6rem 1.1rem; }
      .made { display: flex; align-items: baseline; justify-content: space-between; gap: 0.4rem; min-height: 1.5rem; padding: 0.1rem 0.4rem; border: 0; border-radius: var(--radius-small); background: none; color: var(--muted); font-size: var(--tiny); text-align: start; }
      button.made { color: var(--accent); cursor: pointer; }
      button.made:hover { background: var(--hover); }
      button.made b { font-weight: 600; text-decoration: underline; text-underline-offset: 2px; }
      code { padding: 0.15rem 0 0.15rem 0.8rem; border-inline-start: 3px solid var(--tint, var(--line)); font: var(--small)/1.55 var(--mono); overflow-wrap: anywhere; white-space: pre-wrap; }
      code > span { display: block; padding-inline-start: 2ch; text-indent: -2ch; }
      .keyword { font-weight: 700; }
      .note { color: var(--muted); }
      .more { padding: 0 1.1rem 0.8rem; }
      .more:empty { display: none; }
      .warning { display: flex; gap: 0.5rem; margin: 0 1.1rem 0.7rem; padding: 0.5rem 0.75rem; border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); font-size: var(--small); }
      @container (max-width: 34rem) {
        li { grid-template-columns: minmax(0, 1fr); padding-block: 0.15rem; }
        .made { justify-content: start; }
        span.made { display: none; }
      }
    `,
  ];

  @property({ attribute: false }) archive!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  private readonly portions = new Portions(this, 100);
  private instructions: Instruction[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("image") && !changed.has("archive")) return;
    const before = changed.get("image");
    if (before && before.index !== this.image.index) this.portions.reset();
    this.instructions = dockerfile(this.image, steps(this.image, this.archive));
  }

  override render() {
    if (this.instructions.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="title">
      <header>
        <h2 id="title">How it was made</h2>
        <layerglass-copy label="Copy as text" .text=${() => dockerfileText(this.instructions)}></layerglass-copy>
      </header>
      ${historyFits(this.image) ? nothing : html`<p class="warning">${ICONS.warning}<span>The history does not fit the layers: which step made which layer is not known.</span></p>`}
      <ol>${this.portions.of("steps", this.instructions).map((each) => this.step(each))}</ol>
      <div class="more">${this.portions.button("steps", this.instructions)}</div>
    </section>`;
  }

  private step(instruction: Instruction): TemplateResult {
    const { layer } = instruction;
    const tint = layer === undefined ? "" : `--tint: var(--stratum-${layer % 8})`;
    return html`<li>${this.made(layer)}<code .style=${tint}>${written(instruction).map((line, index) => this.line(line, instruction, index))}</code></li>`;
  }

  private made(layer: number | undefined): TemplateResult {
    if (layer === undefined) return html`<span class="made" aria-hidden="true"></span>`;
    const use = this.image.layers[layer];
    const stored = use?.blob === undefined ? undefined : this.archive.layers[use.blob];
    const size = stored?.storedSize ?? use?.declaredSize;
    return html`<button type="button" class="made" @click=${() => this.dispatchEvent(new LayerEvent(layer))}>
      <b>Layer ${layer + 1}</b>${size === undefined ? nothing : html`<span class="num muted" title=${exactSize(size)}>${humanSize(size)}</span>`}
    </button>`;
  }

  private line(line: string, { keyword, notes }: Instruction, index: number): TemplateResult {
    if (index < notes.length || keyword === "") return html`<span class="note">${shown(line)}</span>`;
    if (index > notes.length) return html`<span>${shown(line)}</span>`;
    return html`<span><span class="keyword">${keyword}</span>${shown(line.slice(keyword.length))}</span>`;
  }
}
