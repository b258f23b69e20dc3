import { css, html, nothing, type TemplateResult } from "lit";
import type { Finding } from "../../archive.js";
import { groupDigits } from "../format/size.js";
import { plain } from "../format/text.js";
import { ICONS } from "../ui/icons.js";
import { shown } from "../ui/text.js";

const SEVERITY = {
  error: { icon: ICONS.error, name: "Error" },
  warning: { icon: ICONS.warning, name: "Warning" },
  info: { icon: ICONS.info, name: "Note" },
} as const;

/** Styles of findings. */
export const findingStyles = css`
  .findings { display: grid; gap: 0.5rem; }
  .finding { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.1rem 0.7rem; padding: 0.65rem 0.9rem; border-inline-start: 3px solid var(--tone); }
  .finding .icon { color: var(--tone); margin-top: 0.25em; font-size: 1.05rem; }
  .error { --tone: var(--bad); } .warning { --tone: var(--warn); } .info { --tone: var(--line-strong); }
  .message { display: inline-block; }
  .message::first-letter { text-transform: uppercase; }
  .finding p { overflow-wrap: anywhere; }
  .finding .where { grid-column: 2; display: flex; flex-wrap: wrap; gap: 0 1rem; color: var(--muted); font-size: var(--small); overflow-wrap: anywhere; }
  .finding code { font-family: var(--mono); font-size: 0.92em; }
`;

/** One finding with its place; `action` follows what is told. */
export function findingCard(
  found: Finding,
  action: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const { icon, name } = SEVERITY[found.severity];
  return html`<article class="card finding ${found.severity}">
    ${icon}
    <p><span class="unseen">${name}: </span><span class="message">${shown(found.message, 1000)}</span></p>
    <div class="where">
      <code title="The finding’s stable name">${plain(found.code, 100)}</code>
      ${!found.file ? nothing : html`<span>in <code>${shown(found.file, 400)}</code></span>`}
      ${!found.path ? nothing : html`<span>path <code>${shown(found.path, 400)}</code></span>`}
      ${found.offset === undefined ? nothing : html`<span class="num">byte ${groupDigits(found.offset)}</span>`}
      ${found.expected === undefined ? nothing : html`<span>expected <code>${shown(found.expected, 200)}</code></span>`}
      ${found.found === undefined ? nothing : html`<span>found <code>${shown(found.found, 200)}</code></span>`}
      ${action}
    </div>
  </article>`;
}
