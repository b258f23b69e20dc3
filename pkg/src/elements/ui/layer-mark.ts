import { html, type TemplateResult } from "lit";

/** The number of a layer in its colour, as a button that leads there. */
export function layerMark(layer: number, go: (layer: number) => void): TemplateResult {
  return html`<button type="button" class="swatch" .style=${`--tint: var(--stratum-${layer % 8})`} title=${`Show layer ${layer + 1}`} @click=${() => go(layer)}><span class="unseen">Layer </span>${layer + 1}</button>`;
}
