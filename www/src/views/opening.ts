import type { Progress } from "layerglass/elements";
import { humanSize, shown } from "layerglass/elements/kit";
import { css, html, nothing, type TemplateResult } from "lit";

/** Styles of the screen that is seen while something is opened, and of the line while it is looked for. */
export const openingStyles = css`
  .opening { display: grid; justify-items: center; gap: 0.75rem; text-align: center; max-width: 34rem; }
  .opening h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
  .opening progress { width: min(18rem, 100%); accent-color: var(--accent); }
  .core { display: grid; gap: 5px; width: 7rem; margin-bottom: 0.75rem; }
  .core i { height: 8px; border-radius: 4px; }
  .core i:nth-child(1) { background: var(--stratum-0); }
  .core i:nth-child(2) { background: var(--stratum-1); }
  .core i:nth-child(3) { background: var(--stratum-2); }
  .core i:nth-child(4) { background: var(--stratum-5); }
  .finding { position: sticky; bottom: 0; z-index: 10; display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; min-height: 2.75rem; margin: 0; padding: 0.3rem 0.9rem; border-top: 1px solid var(--line); background: var(--surface); font-size: var(--small); }
  .finding span { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
  @media (prefers-reduced-motion: no-preference) {
    .core i { animation: settle 1.6s ease-in-out infinite alternate; }
    .core i:nth-child(2) { animation-delay: -0.4s; }
    .core i:nth-child(3) { animation-delay: -0.8s; }
    .core i:nth-child(4) { animation-delay: -1.2s; }
    @keyframes settle { from { margin-inline: 0 35%; } to { margin-inline: 25% 0; } }
  }
`;

/** Below this share no progress is shown: of most files only a little is read. */
const NOTICED = 0.02;

/** Something is being opened. Of compressed files all of it is read for that, and how much of it is told. */
export function opening(name: string, { bytes, total }: Progress, cancel: () => void): TemplateResult {
  const reading = total > 0 && bytes / total > NOTICED;
  const words = reading
    ? `${humanSize(bytes)} of ${humanSize(total)} read`
    : total > 0
      ? `${humanSize(total)}, of which only what is needed is read`
      : "Only what is needed is read";
  return html`<main class="middle" aria-busy="true">
    <div class="opening">
      <div class="core" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
      <h1>Opening ${shown(name, 200)}</h1>
      ${reading ? html`<progress max=${total} value=${Math.min(bytes, total)} aria-label="Read so far"></progress>` : nothing}
      <p class="muted num">${words}</p>
      <button type="button" class="button" @click=${cancel}>Cancel</button>
    </div>
  </main>`;
}

/** What was asked for is still looked for: a large folder is walked through, or a server has not answered. */
export function lookingFor(name: string, cancel: () => void): TemplateResult {
  return html`<p class="finding" role="status"><span>Looking for the files of ${shown(name, 200)}…</span>
    <button type="button" class="button slim" @click=${cancel}>Cancel<span class="unseen"> looking</span></button></p>`;
}
