import { css } from "lit";

/** Wide: a column for where one is, a pane for what is there, each scrolled by itself. Narrow: one page. */
export const inspectorStyles = css`
  :host { display: grid; grid-template-columns: minmax(20rem, 25rem) minmax(0, 1fr); min-height: 0; height: 100%; }
  aside { display: grid; align-content: start; gap: 1.1rem; padding: 1rem 0.6rem 2rem 0.75rem; overflow-y: auto; min-height: 0; border-inline-end: 1px solid var(--line); }
  .section { padding: 0 0.75rem 0.35rem; font-size: var(--tiny); font-weight: 650; letter-spacing: 0.04em; color: var(--muted); }
  .origin { display: grid; padding: 0 0.75rem; }
  .origin strong { font-weight: 600; }
  main { display: flex; flex-direction: column; min-height: 0; min-width: 0; }
  .misfit { display: flex; align-items: center; gap: 0.6rem; margin: 0.25rem 1.5rem; padding: 0.3rem 0.5rem 0.3rem 0.9rem; border-radius: var(--radius); background: var(--sunken); font-size: var(--small); overflow-wrap: anywhere; }
  .misfit span { flex: 1; }
  /* Positioned, so that what is hidden from sight in it does not make the whole page longer. */
  aside, .panel, .alone { position: relative; }
  .panel { flex: 1; min-height: 0; overflow-y: auto; padding: 1.1rem 1.5rem 1.5rem; }
  .panel:focus-visible { outline-offset: -2px; }
  .panel > * { max-width: 72rem; }
  .panel.fills { overflow: hidden; display: grid; }
  .panel.fills > * { max-width: none; }
  .alone { grid-column: 1 / -1; display: grid; align-content: start; justify-items: center; gap: 1.25rem; padding: 1.5rem; overflow-y: auto; }
  .alone > * { width: min(52rem, 100%); }

  @media (max-width: 61.99rem) {
    :host { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto auto; height: auto; }
    aside { border: 0; padding: 0.9rem 0.25rem 0; overflow: visible; gap: 0.8rem; }
    .misfit { margin-inline: 1rem; }
    .tabs { position: sticky; top: 0; z-index: 5; padding-inline: 0.5rem; }
    .panel { overflow: visible; padding: 1rem; }
    .panel.fills { overflow: visible; }
    .panel.fills > layerglass-files { grid-template-rows: auto max(26rem, calc(100dvh - 6rem)); }
    .panel.layers { padding-inline: 0.5rem; }
    .alone { padding: 1rem; }
  }
`;
