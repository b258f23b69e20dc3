import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ImageData } from "../../archive.js";
import { platformName, shortDigest } from "../format/id.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { imageTitle } from "../model/checks.js";
import { Portions } from "../ui/more.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { ImageEvent } from "./events.js";

/** Every image of the file, to choose one from. */
@customElement("layerglass-images")
export class ImagesElement extends LitElement {
  static override styles = [
    shared,
    css`
      .list { display: grid; gap: 2px; max-height: 21rem; overflow-y: auto; }
      button.image {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.05rem 0.75rem;
        width: 100%;
        padding: 0.45rem 0.75rem;
        border: 0;
        border-radius: var(--radius);
        background: none;
        text-align: start;
        cursor: pointer;
      }
      button.image:hover { background: var(--hover); }
      button.image[aria-current="true"] { background: var(--accent-soft); box-shadow: inset 3px 0 0 var(--accent); }
      button.image:focus-visible { outline-offset: -2px; }
      .name { font-weight: 600; overflow-wrap: anywhere; line-height: 1.35; }
      .absent .name { font-weight: 500; color: var(--muted); }
      .facts { color: var(--muted); font-size: var(--small); display: flex; flex-wrap: wrap; gap: 0 0.6rem; }
      .size { font-size: var(--small); color: var(--muted); }
      .tag { padding: 0 0.4rem; border: 1px solid var(--line-strong); border-radius: 99px; font-size: var(--tiny); color: var(--muted); white-space: nowrap; align-self: start; }
      .tag.partial { border-color: var(--warn); color: var(--warn); }
      @media (forced-colors: active) { button.image[aria-current="true"] { outline: 2px solid Highlight; outline-offset: -2px; } }
    `,
  ];

  @property({ attribute: false }) images: readonly ImageData[] = [];
  @property({ attribute: false }) selected = 0;
  private readonly portions = new Portions(this, 100);

  override render() {
    return html`<div class="list">${this.portions.of("images", this.images).map((image) => this.row(image))}
      ${this.portions.button("images", this.images)}</div>`;
  }

  private row(image: ImageData): TemplateResult {
    const id = image.id ?? image.manifestDigest;
    const title = imageTitle(image);
    const platform =
      image.platform && image.platform.os !== "unknown" ? platformName(image.platform) : undefined;
    return html`<button type="button" class="image ${image.presence}" aria-current=${image.index === this.selected}
        @click=${() => this.dispatchEvent(new ImageEvent(image.index))}>
      <span class="name">${shown(image.familiarNames[0] ?? title, 300)}</span>
      ${tag(image) ?? html`<span class="size num" title=${exactSize(image.storedSize)}>${humanSize(image.storedSize)}</span>`}
      <span class="facts">
        ${platform && platform !== title ? html`<span>${shown(platform, 200)}</span>` : nothing}
        ${image.familiarNames.length > 1 ? html`<span>${count(image.familiarNames.length - 1, "more name")}</span>` : nothing}
        ${id ? html`<span class="mono" title=${plain(id)}>${shown(shortDigest(id, 10, 4), 200)}</span>` : nothing}
      </span>
    </button>`;
  }
}

/** What is special about an image, as a small word; nothing for a complete image. */
export function tag(image: ImageData): TemplateResult | undefined {
  if (image.presence === "absent")
    return html`<span class="tag" title="Named by the index; its parts are not in this file">not in file</span>`;
  if (image.role === "attestation")
    return html`<span class="tag" title="A statement about another image, such as its provenance or its parts">attestation</span>`;
  if (image.role === "artifact")
    return html`<span class="tag" title="The manifest describes something other than an image">artifact</span>`;
  if (image.presence === "partial")
    return html`<span class="tag partial" title="Its config or some of its layers are not in this file">incomplete</span>`;
  return undefined;
}
