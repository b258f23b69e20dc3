import { css, html, nothing, type TemplateResult } from "lit";
import type { ArchiveData, ImageData } from "../../archive.js";
import { errorAdvice } from "../format/error.js";
import { humanSize } from "../format/size.js";
import type { ScanState } from "../model/scan-state.js";
import { readableLayers } from "../model/steps.js";
import type { Work } from "../model/work.js";
import { empty } from "./empty.js";
import { ICONS } from "./icons.js";
import { shown } from "./text.js";

/** Whether all layers of an image are scanned, so that what is in them can be looked at. */
export function isScanned(image: ImageData, data: ArchiveData): boolean {
  return image.layers.length > 0 && readableLayers(image, data) === image.layers.length;
}

/** What stands in place of results: that the scan goes on, how far the work is, or why there is none. */
export function working(
  work: Work<unknown> | undefined,
  { what, image, data, scan }: { what: string; image: ImageData; data: ArchiveData; scan: ScanState },
  does: { begin: () => void; stop: () => void; scan: () => void },
): TemplateResult {
  if (!isScanned(image, data)) return unscanned(what, image, data, scan, does.scan);
  switch (work?.state) {
    case "failed":
      return html`<div role="alert">${empty(
        ICONS.error,
        `${what} could not be found out`,
        html`${shown(work.error.message, 500)} ${errorAdvice(work.error)}`,
        html`<button type="button" class="button" @click=${does.begin}>Try again</button>`,
      )}</div>`;
    case "stopped":
      return empty(
        ICONS.dash,
        "Cancelled",
        `${what} are not known yet.`,
        html`<button type="button" class="button" @click=${does.begin}>Start again</button>`,
      );
    default:
      return html`<div class="work" aria-busy="true">${empty(
        ICONS.pending,
        "One moment",
        "What is needed of the layers is being read.",
        html`${progress(work)}<button type="button" class="button" @click=${does.stop}>Cancel</button>`,
      )}</div>`;
  }
}

function progress(work: Work<unknown> | undefined): TemplateResult | typeof nothing {
  if (work?.state !== "running") return nothing;
  const { bytes, total } = work;
  if (total === undefined || total === 0)
    return html`<progress aria-label="Being read"></progress>${bytes > 0 ? html`<span class="small num">${humanSize(bytes)}</span>` : nothing}`;
  return html`<progress aria-label="Being read" max="1" .value=${Math.min(1, bytes / total)}></progress>
    <span class="small num">${humanSize(bytes)} of ${humanSize(total)}</span>`;
}

function unscanned(
  what: string,
  image: ImageData,
  data: ArchiveData,
  scan: ScanState,
  begin: () => void,
): TemplateResult {
  if (image.layers.length === 0)
    return empty(ICONS.layers, "No layers", "This image has no layers, so there is nothing to look at.");
  if (scan.state === "running")
    return html`<div aria-busy="true">${empty(ICONS.pending, "The layers are being scanned", `${what} are told when all of them are known.`)}</div>`;
  const absent = image.layers.some(({ blob }) => blob === undefined);
  if (absent)
    return empty(
      ICONS.layers,
      "Not all layers are in this file",
      `${what} can only be told where all layers are there. Save the image again, with all its parts.`,
    );
  const failed = image.layers.find(({ blob }) => blob !== undefined && data.layers[blob]?.state === "failed");
  if (failed)
    return empty(
      ICONS.error,
      "Not all layers could be read",
      `${what} can only be told where all layers are readable. The checks tell what is wrong.`,
    );
  return empty(
    ICONS.layers,
    "The layers are not scanned",
    `${what} are told when all of them are known.`,
    html`<button type="button" class="button primary" @click=${begin}>Scan the layers</button>`,
  );
}

/** Its styles, beside those of `emptyStyles`. */
export const workingStyles = css`
  .work progress { width: min(20rem, 80%); height: 0.5rem; accent-color: var(--accent); }
`;
