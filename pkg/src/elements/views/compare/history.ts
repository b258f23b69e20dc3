import { html, nothing, type TemplateResult } from "lit";
import type { ImageData } from "../../../archive.js";
import type { HistoryDifference } from "../../../inspect/types.js";
import { commandText } from "../../ui/command.js";

/** So much of a command is shown. */
const MOST = 400;

/** A step that both have, or what stands in place of each other. */
export interface HistoryRow {
  readonly same?: HistoryDifference;
  readonly removed?: HistoryDifference;
  readonly added?: HistoryDifference;
}

/** The rows of two histories: between what both have, the steps of the one stand beside those of the other. */
export function historyRows(lines: readonly HistoryDifference[]): readonly HistoryRow[] {
  const rows: HistoryRow[] = [];
  let removed: HistoryDifference[] = [];
  let added: HistoryDifference[] = [];
  const flush = (): void => {
    const length = Math.max(removed.length, added.length);
    for (let at = 0; at < length; at += 1) {
      const [old, now] = [removed[at], added[at]];
      rows.push({ ...(old && { removed: old }), ...(now && { added: now }) });
    }
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.change === "removed") removed.push(line);
    else if (line.change === "added") added.push(line);
    else {
      flush();
      rows.push({ same: line });
    }
  }
  flush();
  return rows;
}

/** Two histories beside each other: what both have goes over the whole width. */
export function historyTable(
  rows: readonly HistoryRow[],
  before: ImageData,
  after: ImageData,
): TemplateResult {
  return html`<table class="lines">
    <caption class="unseen">Steps of both histories</caption>
    <thead><tr><th scope="col">Before</th><th scope="col">After</th></tr></thead>
    <tbody>${rows.map(({ same, removed, added }) =>
      same
        ? html`<tr><td colspan="2">${commandText(same.command, MOST)}${layerNote(same, before, after)}</td></tr>`
        : html`<tr>${cell(removed, "removed", "−", "only before")}${cell(added, "added", "+", "only after")}</tr>`,
    )}</tbody>
  </table>`;
}

function cell(
  line: HistoryDifference | undefined,
  tone: string,
  sign: string,
  words: string,
): TemplateResult {
  if (!line) return html`<td></td>`;
  return html`<td class=${tone}><span class="mark" aria-hidden="true">${sign}</span> <span class="unseen">${words}: </span>${commandText(line.command, MOST)}</td>`;
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
