import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ArchiveData, ImageData } from "../../../archive.js";
import type { WasteData } from "../../../inspect/types.js";
import type { ImageFormat } from "../../../transfer.js";
import { fileName } from "../../format/file-name.js";
import { count, exactSize, humanSize } from "../../format/size.js";
import { imageTitle } from "../../model/checks.js";
import { squashSavings } from "../../model/waste.js";
import { ICONS } from "../../ui/icons.js";
import { shared } from "../../ui/styles.js";
import { SaveEvent } from "../events.js";

const FORMATS: Readonly<Record<ImageFormat, { readonly name: string; readonly ending: string }>> = {
  oci: { name: "OCI layout", ending: ".oci.tar" },
  "docker-oci": { name: "Docker archive, 25 and later", ending: ".tar" },
  docker: { name: "Docker archive, 1.10 to 24", ending: ".tar" },
};

/** What making layers one would save, and the button that does it. */
@customElement("layerglass-squash")
export class SquashElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.75rem; }
      .fields { display: flex; flex-wrap: wrap; align-items: end; gap: 0.6rem 1rem; }
      label { display: grid; gap: 0.2rem; font-size: var(--small); color: var(--muted); min-width: 0; }
      select { min-height: 2.125rem; max-width: 100%; padding: 0.2rem 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--text); font: inherit; font-size: 0.875rem; }
      strong { font-weight: 650; }
    `,
  ];

  @property({ attribute: false }) waste!: WasteData;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @state() private first = 0;
  @state() private last = 0;
  @state() private format: ImageFormat = "oci";

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("image") as ImageData | undefined;
    if (changed.has("waste") || (changed.has("image") && before?.index !== this.image.index)) {
      this.first = 0;
      this.last = this.image.layers.length - 1;
    }
  }

  override render() {
    const layers = this.image.layers.length;
    if (layers < 2) return html`<p>This image has one layer only: there is nothing to make one of.</p>`;
    const { first, last, waste, image, data } = this;
    const { contents, isLeast, stored } = squashSavings(waste, image, data, first, last);
    const isWhole = first === 0 && last === layers - 1;
    const which = isWhole ? `all ${layers} layers` : `layers ${first + 1} to ${last + 1}`;
    const saved = html`<strong class="num" title=${exactSize(contents)}>${humanSize(contents)}</strong>`;
    return html`
      <p>Making ${which} one would ${
        Number(contents) === 0
          ? html`free <strong>nothing</strong>: no file in them is overwritten or deleted by another of them.`
          : html`free ${isLeast ? "at least " : nothing}${saved} of contents${
              isWhole
                ? html` and leave <span class="num" title=${exactSize(waste.squashed)}>${humanSize(waste.squashed)}</span>`
                : nothing
            }. As stored that is about <span class="num">${humanSize(stored)}</span>, an estimate from how well each layer is compressed.`
      } <span class="muted">Layers that become one are no longer shared with other images.</span></p>
      <div class="fields">
        ${this.layerChoice("From layer", first, 0, layers - 2, (layer) => {
          this.first = layer;
          this.last = Math.max(layer + 1, this.last);
        })}
        ${this.layerChoice("to layer", last, first + 1, layers - 1, (layer) => {
          this.last = layer;
        })}
        <label>Format <select @change=${(event: Event) => {
          this.format = (event.target as HTMLSelectElement).value as ImageFormat;
        }}>${Object.entries(FORMATS).map(([format, { name }]) => html`<option value=${format} ?selected=${format === this.format}>${name}</option>`)}</select></label>
        <button type="button" class="button" @click=${this.save}>${ICONS.save} Save with ${count(layers - (last - first), "layer")}</button>
      </div>
    `;
  }

  private layerChoice(
    name: string,
    chosen: number,
    from: number,
    to: number,
    choose: (layer: number) => void,
  ): TemplateResult {
    const layers = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    return html`<label>${name} <select .value=${String(chosen)} @change=${(event: Event) => choose(Number((event.target as HTMLSelectElement).value))}>
      ${layers.map((layer) => html`<option value=${layer} ?selected=${layer === chosen}>${layer + 1}</option>`)}
    </select></label>`;
  }

  private readonly save = (): void => {
    const { image, first, last, format } = this;
    const isWhole = first === 0 && last === image.layers.length - 1;
    const words = `${image.familiarNames[0] ?? imageTitle(image)}-squashed`;
    const squash = isWhole ? "all" : ([[first, last]] as const);
    this.dispatchEvent(
      new SaveEvent(
        { kind: "squashed", image: image.index, format, squash },
        fileName(words, FORMATS[format].ending),
      ),
    );
  };
}
