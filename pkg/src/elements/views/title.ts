import { css, html, nothing, type TemplateResult } from "lit";
import type { ArchiveData, ImageData } from "../../archive.js";
import { platformName } from "../format/id.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { imageTitle } from "../model/checks.js";
import { shown } from "../ui/text.js";
import { tag } from "./images.js";

/** Styles of the title. */
export const titleStyles = css`
  .title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 0.9rem; padding: 1rem 1.5rem 0.4rem; }
  h1 { font-size: 1.375rem; letter-spacing: -0.01em; overflow-wrap: anywhere; min-width: 0; }
  .title p { display: flex; flex-wrap: wrap; gap: 0 0.9rem; }
  .title .tag { padding: 0 0.5rem; border: 1px solid var(--line-strong); border-radius: 99px; font-size: var(--tiny); color: var(--muted); }
  .title .tag.partial { border-color: var(--warn); color: var(--warn); }
  .title .actions { display: flex; flex-wrap: wrap; gap: 0.4rem; margin-inline-start: auto; }
  @media (max-width: 61.99rem) { .title { padding: 0.9rem 1rem 0.25rem; } }
`;

/** What is looked at: the image's name, with what tells it from others. */
export function titleOf(image: ImageData, actions: TemplateResult): TemplateResult {
  const names = image.familiarNames;
  const platform = image.platform && image.platform.os !== "unknown" ? platformName(image.platform) : "";
  return html`<header class="title">
    <h1>${names[0] ? shown(names[0], 500) : shown(imageTitle(image), 300)}</h1>
    ${tag(image) ?? nothing}
    <p class="muted small">
      ${platform !== "" && platform !== imageTitle(image) ? html`<span>${shown(platform, 200)}</span>` : nothing}
      ${image.presence === "absent" ? nothing : extent(image)}
      ${names.length > 1 ? html`<span>${count(names.length - 1, "more name")}</span>` : nothing}
    </p>
    <div class="actions">${actions}</div>
  </header>`;
}

/** Is there an image that can be saved in another form? */
export function canSave({ images }: ArchiveData): boolean {
  return images.some(({ role, presence }) => role === "image" && presence !== "absent");
}

function extent(image: ImageData): TemplateResult {
  const { storedSize, unpackedSize, layers } = image;
  return html`<span title=${exactSize(storedSize)}>${humanSize(storedSize)} stored</span>
    ${unpackedSize === undefined ? nothing : html`<span title=${exactSize(unpackedSize)}>${humanSize(unpackedSize)} unpacked</span>`}
    <span>${count(layers.length, "layer")}</span>`;
}
