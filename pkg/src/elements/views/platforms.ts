import { css, html, type TemplateResult } from "lit";
import type { ImageData } from "../../archive.js";
import { platformName } from "../format/id.js";
import { shown } from "../ui/text.js";

/** Styles of the platform picker. */
export const platformsStyles = css`
  .platforms { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem; }
  .platforms .of { margin-inline-end: 0.35rem; color: var(--muted); font-size: var(--small); }
  .platforms button { display: inline-flex; align-items: center; gap: 0.5rem; min-height: 2rem; padding: 0.15rem 0.8rem; border: 1px solid var(--line-strong); border-radius: 99px; background: var(--surface); color: var(--text); font-size: var(--small); font-weight: 500; cursor: pointer; }
  .platforms button:hover { background: var(--hover); }
  .platforms button[aria-pressed="true"] { border-color: var(--accent); background: var(--accent-soft); box-shadow: inset 0 0 0 1px var(--accent); }
  .platforms .absent { border-style: dashed; color: var(--muted); }
  .platforms small { font-size: var(--tiny); color: var(--muted); }
  @media (forced-colors: active) { .platforms button[aria-pressed="true"] { outline: 2px solid Highlight; } }
`;

/** The platforms of an image, one of them chosen; those that the file does not hold say so. */
export function platformPicker(
  platforms: readonly ImageData[],
  chosen: number,
  choose: (image: number) => void,
): TemplateResult {
  return html`<div class="platforms" role="group" aria-label="Platform">
    <span class="of" aria-hidden="true">Platform</span>
    ${platforms.map(
      (
        each,
      ) => html`<button type="button" class=${each.presence} aria-pressed=${each.index === chosen} @click=${() => choose(each.index)}>
        ${each.platform ? shown(platformName(each.platform), 200) : "?"}${note(each)}
      </button>`,
    )}
  </div>`;
}

function note({ presence }: ImageData): TemplateResult | string {
  if (presence === "complete") return "";
  return html`<small>${presence === "absent" ? "not in this file" : "incomplete"}</small>`;
}
