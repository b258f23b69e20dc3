import { css, html, nothing, type TemplateResult } from "lit";
import { plain } from "../format/text.js";
import type { Verdict } from "../model/checks.js";
import { ICONS } from "../ui/icons.js";
import type { Badge } from "./events.js";
import type { Tab, TabId } from "./tabs.js";

/** A row of tabs; where there is little room it is scrolled, and its edges tell that there is more. */
export const tabBarStyles = css`
  .tabs {
    --edge: color-mix(in srgb, var(--text) 22%, transparent);
    display: flex;
    gap: 0.25rem;
    padding-inline: 1.1rem;
    border-bottom: 1px solid var(--line);
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scrollbar-width: none;
    /* Two covers that move with the tabs lie over two shadows that do not: a shadow is seen where something is left. */
    background:
      linear-gradient(to right, var(--bg) 40%, transparent) left / 2.5rem 100% no-repeat local,
      linear-gradient(to left, var(--bg) 40%, transparent) right / 2.5rem 100% no-repeat local,
      linear-gradient(to right, var(--edge), transparent) left / 0.6rem 100% no-repeat scroll,
      linear-gradient(to left, var(--edge), transparent) right / 0.6rem 100% no-repeat scroll,
      var(--bg);
  }
  .tabs button { position: relative; flex: none; display: inline-flex; align-items: center; gap: 0.4rem; min-height: 2.5rem; padding: 0 0.7rem; border: 0; background: none; color: var(--muted); font-weight: 500; cursor: pointer; white-space: nowrap; scroll-margin-inline: 3rem; }
  .tabs button:hover { color: var(--text); }
  .tabs button[aria-selected="true"] { color: var(--text); }
  .tabs button[aria-selected="true"]::after { content: ""; position: absolute; inset: auto 0.5rem 0; height: 2.5px; border-radius: 2px 2px 0 0; background: var(--accent); }
  .tabs button:focus-visible { outline-offset: -3px; }
  .badge { min-width: 1.25rem; padding: 0 0.35rem; border-radius: 99px; background: var(--sunken); color: var(--muted); font-size: var(--tiny); font-weight: 650; line-height: 1.25rem; text-align: center; }
  .badge.bad { background: var(--bad-soft); color: var(--bad); }
  .badge.warn { background: var(--warn-soft); color: var(--warn); }
  .good { color: var(--ok); }
  @media (forced-colors: active) {
    .tabs { background: none; }
    .tabs button[aria-selected="true"]::after { background: Highlight; }
  }
`;

/** The tabs of an image, one of them chosen. Each is `#tab-ID` and controls `#panel`. */
export function tabBar(
  tabs: readonly Tab[],
  chosen: TabId,
  choose: (tab: TabId, focus: boolean) => void,
  badge: (tab: TabId) => TemplateResult | typeof nothing,
): TemplateResult {
  const key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    choose(next.id, true);
  };
  return html`<div class="tabs" role="tablist" aria-label="Views of the image" @keydown=${key}>
    ${tabs.map(
      ({
        id,
        name,
      }) => html`<button type="button" role="tab" id="tab-${id}" aria-controls="panel" aria-selected=${id === chosen}
      tabindex=${id === chosen ? 0 : -1} @click=${() => choose(id, false)}>${name}${badge(id)}</button>`,
    )}
  </div>`;
}

/** What a view tells of itself beside its tab's name. */
export function viewBadge(badge: Badge | undefined): TemplateResult | typeof nothing {
  if (!badge) return nothing;
  return html`<span class="badge ${badge.tone}">${plain(badge.text, 12)}<span class="unseen"> ${plain(badge.words, 100)}</span></span>`;
}

/** How much is wrong, so that nobody has to look in vain. */
export function checksBadge({ errors, warnings, allMatch }: Verdict): TemplateResult | typeof nothing {
  if (errors > 0) return viewBadge({ text: `${errors}`, words: "errors", tone: "bad" });
  if (warnings > 0) return viewBadge({ text: `${warnings}`, words: "warnings", tone: "warn" });
  if (!allMatch) return nothing;
  return html`<span class="good" title="All declared digests match">${ICONS.check}<span class="unseen"> all digests match</span></span>`;
}
