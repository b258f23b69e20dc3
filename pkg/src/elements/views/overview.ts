import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Archive, ArchiveData, ImageData } from "../../archive.js";
import { platformsOf } from "../model/platforms.js";
import { imageSizes } from "../model/sizes.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { ICONS } from "../ui/icons.js";
import { card, shared } from "../ui/styles.js";
import "./config.js";
import "./dockerfile.js";
import { ImageEvent } from "./events.js";
import { platformPicker, platformsStyles } from "./platforms.js";
import "./raw.js";
import { sizesList, sizesStyles } from "./sizes.js";

/** What an image is: for which platform, how large, how it was made, and what its containers run with. */
@customElement("layerglass-overview")
export class OverviewElement extends LitElement {
  static override styles = [
    shared,
    card,
    emptyStyles,
    platformsStyles,
    sizesStyles,
    css`
      :host { container-type: inline-size; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; align-content: start; }
      .both { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; align-items: start; }
      .note { display: flex; gap: 0.6rem; padding: 0.65rem 0.9rem; border-radius: var(--radius); background: var(--sunken); font-size: var(--small); }
      .note .icon { margin-top: 0.2em; }
      .note.warn { background: var(--warn-soft); color: var(--warn); }
      @container (min-width: 56rem) {
        .both { grid-template-columns: minmax(0, 1fr) minmax(0, 25rem); }
        layerglass-raw { position: sticky; top: 0; max-height: min(48rem, 80vh); --most: none; }
      }
    `,
  ];

  @property({ attribute: false }) archive?: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;

  override render() {
    const { image, data } = this;
    const platforms = platformsOf(image, data.images);
    const [config, manifest] = [image.id !== undefined, image.manifestDigest !== undefined];
    const images = data.images.filter(({ role }) => role === "image").length;
    return html`
      ${platforms.length > 0 ? platformPicker(platforms, image.index, (index) => this.dispatchEvent(new ImageEvent(index))) : nothing}
      ${this.explanation(image)}
      ${image.layers.length > 0 ? sizesList(imageSizes(image, data), images) : nothing}
      ${image.role === "image" ? html`<layerglass-dockerfile .archive=${data} .image=${image}></layerglass-dockerfile>` : nothing}
      <div class="both">
        <layerglass-config .image=${image}></layerglass-config>
        ${image.presence === "absent" || !(config || manifest) ? nothing : html`<layerglass-raw .archive=${this.archive} .image=${image.index} .config=${config} .manifest=${manifest}></layerglass-raw>`}
      </div>
    `;
  }

  private explanation(image: ImageData): TemplateResult | typeof nothing {
    if (image.presence === "absent") {
      return empty(
        ICONS.pending,
        "This image is not in the file",
        "The index names it, but its manifest, config and layers were not saved along. That is usual for images of several platforms of which one was pulled.",
      );
    }
    if (image.role === "attestation") {
      return html`<p class="note">${ICONS.shield}<span>An attestation: a statement about another image in this file, such as how it was built or what it is made of. It does not run.</span></p>`;
    }
    if (image.role === "artifact") {
      return html`<p class="note">${ICONS.info}<span>An artifact: the manifest describes something other than a container image.</span></p>`;
    }
    if (image.role === "rootfs") {
      return html`<p class="note">${ICONS.info}<span>A bare file system without a config and a history, as docker export writes it. It is shown as an image of one layer.</span></p>`;
    }
    if (image.presence === "partial") {
      return html`<p class="note warn">${ICONS.warning}<span>Some parts of this image are not in the file. What is there is shown.</span></p>`;
    }
    return nothing;
  }
}
