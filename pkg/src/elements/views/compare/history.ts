import { html, nothing, type TemplateResult } from "lit";
import type { ImageData } from "../../../archive.js";
import type { HistoryDifference } from "../../../inspect/types.js";
import { commandText } from "../../ui/command.js";

/** Two histories beside each other: what both have goes over the whole width. */
export function historyTable(
  lines: readonly HistoryDifference[],
  before: ImageData,
  after: ImageData,
): TemplateResult {
  return html`<table class="lines">
    <caption class="unseen">Steps of both histories</caption>
    <thead><tr><th scope="col">Before</th><th scope="col">After</th></tr></thead>
    <tbody>${lines.map((line) => historyLine(line, before, after))}</tbody>
  </table>`;
}

function historyLine(line: HistoryDifference, before: ImageData, after: ImageData): TemplateResult {
  const command = commandText(line.command, 400);
  switch (line.change) {
    case "same":
      return html`<tr><td colspan="2">${command}${layerNote(line, before, after)}</td></tr>`;
    case "removed":
      return html`<tr><td class="removed"><span class="mark" aria-hidden="true">−</span> <span class="unseen">only before: </span>${command}</td><td></td></tr>`;
    case "added":
      return html`<tr><td></td><td class="added"><span class="mark" aria-hidden="true">+</span> <span class="unseen">only after: </span>${command}</td></tr>`;
  }
}

/** The same command may have made another layer. */
function layerNote(
  line: HistoryDifference,
  before: ImageData,
  after: ImageData,
): TemplateResult | typeof nothing {
  const [old, now] = [diffId(before, line.before), diffId(after, line.after)];
  if (old === undefined || now === undefined) return nothing;
  return html` <span class="note muted">${old === now ? "same layer" : "made another layer"}</span>`;
}

function diffId(image: ImageData, step: number | undefined): string | undefined {
  const layer = step === undefined ? undefined : image.history[step]?.layer;
  return layer === undefined ? undefined : image.layers[layer]?.diffId;
}
