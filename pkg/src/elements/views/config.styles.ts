import { css } from "lit";

/** Groups of facts side by side where there is room, each a list of names and values. */
export const configStyles = css`
  :host { container-type: inline-size; display: grid; gap: 1rem; align-content: start; }
  .groups { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
  .wide { grid-column: 1 / -1; }
  section { padding: 0.9rem 1.1rem 1rem; min-width: 0; }
  h2 { font-size: 0.9375rem; margin-bottom: 0.5rem; }
  dl { display: grid; gap: 0.35rem; }
  dl > div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.25rem 1rem; align-items: baseline; }
  dt { color: var(--muted); font-size: var(--small); overflow-wrap: anywhere; }
  dd { display: flex; flex-wrap: wrap; align-items: center; gap: 0.1rem 0.6rem; min-width: 0; overflow-wrap: anywhere; }
  dd > ul { min-width: 0; }
  .pairs { gap: 0; }
  .pairs > div { grid-template-columns: minmax(8.5rem, 16rem) minmax(0, 1fr); padding-block: 0.3rem; border-top: 1px solid var(--line); }
  .pairs > div:first-child { border-top: 0; padding-top: 0; }
  .pairs dt { color: var(--text); font-size: 0.86em; font-weight: 600; }
  .pairs dd { font-size: 0.86em; }
  .none { font-family: var(--sans); font-size: var(--small); }
  .chips, .words { display: flex; flex-wrap: wrap; gap: 0.3rem; }
  .chips li, .words li { padding: 0.05rem 0.45rem; border: 1px solid var(--line); border-radius: var(--radius-small); background: var(--sunken); overflow-wrap: anywhere; white-space: pre-wrap; }
  .sentence { margin-bottom: 0.75rem; padding-bottom: 0.75rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; text-wrap: pretty; }
  .sentence code { padding: 0.05rem 0.3rem; border-radius: 4px; background: var(--sunken); font: 0.88em var(--mono); white-space: pre-wrap; }
  @container (max-width: 34rem) {
    .groups { grid-template-columns: minmax(0, 1fr); }
    dl > div, .pairs > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
    dl { gap: 0.6rem; }
    .pairs { gap: 0; }
    section { padding-inline: 0.9rem; }
  }
`;
