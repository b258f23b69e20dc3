import { css, html, nothing, type TemplateResult } from "lit";
import type { Size } from "../../archive.js";
import { count, exactSize, humanSize } from "../format/size.js";
import type { ImageSizes } from "../model/sizes.js";

/** Styles of sizes. */
export const sizesStyles = css`
  .sizes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: 0 1.5rem; padding: 0.9rem 1.1rem 1rem; }
  .sizes > div { display: grid; align-content: start; padding-block: 0.15rem; }
  .sizes dt { color: var(--muted); font-size: var(--small); }
  .sizes dd { display: grid; }
  .sizes strong { font-size: 1.25rem; font-weight: 600; line-height: 1.35; }
  .part { display: block; height: 5px; margin-block: 0.3rem 0.1rem; border-radius: 3px; background: var(--sunken); overflow: hidden; }
  .part i { display: block; width: calc(var(--share) * 1%); height: 100%; background: var(--accent); }
  @media (forced-colors: active) { .part { border: 1px solid CanvasText; } .part i { background: Highlight; } }
`;

/** What an image takes: as it is stored, unpacked, and together with the other images of the file. */
export function sizesList(sizes: ImageSizes, images: number): TemplateResult {
  const { stored, unpacked, shared, own, sharedLayers, sharedWith } = sizes;
  return html`<dl class="card sizes" aria-label="Sizes">
    ${entry("As stored", amount(stored), "the layers as they lie in this file")}
    ${entry("Unpacked", unpacked === undefined ? html`<strong class="muted">…</strong>` : amount(unpacked), unpacked === undefined ? "known after the scan" : times(stored, unpacked))}
    ${
      images < 2
        ? nothing
        : entry(
            "Shared with other images of this file",
            amount(shared),
            sharedWith === 0
              ? "no other image uses its layers"
              : html`<span class="part" aria-hidden="true"><i .style=${`--share: ${share(shared, stored)}`}></i></span>${count(sharedLayers, "layer")}, also of ${count(sharedWith, "other image")}; ${humanSize(own)} of its own`,
          )
    }
  </dl>`;
}

function entry(name: string, value: TemplateResult, about: unknown): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}<span class="muted small">${about}</span></dd></div>`;
}

function amount(size: Size): TemplateResult {
  return html`<strong class="num" title=${exactSize(size)}>${humanSize(size)}</strong>`;
}

function share(part: Size, whole: Size): number {
  return Number(whole) === 0 ? 0 : Math.min(100, (Number(part) / Number(whole)) * 100);
}

/** How much smaller the stored form is. */
function times(stored: Size, unpacked: Size): string {
  const ratio = Number(unpacked) / Number(stored);
  return ratio >= 1.05 && Number.isFinite(ratio)
    ? `the layers’ tars, ${ratio.toFixed(1)} times as much`
    : "the layers’ tars";
}
