import { css } from "lit";

/** Tables: heads that stay in sight, columns that leave as the room gets smaller. */
export const tableStyles = css`
  :host { container-type: inline-size; }
  table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 0.875rem; }
  th { padding: 0; border-bottom: 1px solid var(--line); background: var(--surface); text-align: start; vertical-align: bottom; font-size: var(--tiny); font-weight: 600; color: var(--muted); }
  th:not(:has(button)) { padding: 0.5rem 0.6rem; }
  th button { display: inline-flex; align-items: center; gap: 0.25rem; min-height: 2rem; padding: 0 0.6rem; border: 0; border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; text-align: start; line-height: 1.2; }
  th button:hover { background: var(--hover); color: var(--text); }
  th button:focus-visible { outline-offset: -2px; }
  .arrow { display: inline-block; width: 0.7rem; font-size: 0.8em; }
  td { padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
  tbody tr:hover > td { background: var(--hover); }
  tbody tr.details:hover > td { background: none; }
  .end { text-align: end; }
  .end button { flex-direction: row-reverse; text-align: end; }
  td.fixed { overflow-wrap: normal; }
  tr.open > td { border-bottom-color: transparent; }
  tr.details > td { padding: 0.2rem 0.6rem 0.9rem 2.4rem; }
  col.opens { width: 2rem; }
  td.opens { padding: 0.25rem 0 0 0.25rem; }
  .twisty { display: grid; place-items: center; width: 1.75rem; height: 1.75rem; padding: 0; border: 0; border-radius: 4px; background: none; color: var(--muted); cursor: pointer; }
  .twisty:hover { background: var(--sunken); color: var(--text); }
  .twisty[aria-expanded="true"] .icon { rotate: 90deg; }
  .more:not(:empty) { padding: 0.6rem; }
  .nothing { padding: 1rem 0.6rem; }

  .keyword { font-weight: 650; font-size: var(--tiny); letter-spacing: 0.03em; }
  .link { border: 0; padding: 0; background: none; color: var(--accent); font: inherit; text-align: start; cursor: pointer; text-underline-offset: 2px; overflow-wrap: anywhere; }
  .link:hover { color: var(--accent-strong); text-decoration: underline; }
  .swatch { display: inline-grid; place-items: center; min-width: 1.6rem; height: 1.35rem; padding-inline: 0.3rem; border: 1.5px solid var(--tint, var(--line-strong)); border-radius: 5px; background: var(--surface); color: var(--text); font-size: var(--tiny); font-weight: 600; font-variant-numeric: tabular-nums; cursor: pointer; }
  .swatch:hover { background: var(--hover); }
  .tag { display: inline-block; padding: 0 0.45rem; border: 1px solid var(--line-strong); border-radius: 99px; font-size: var(--tiny); color: var(--muted); white-space: nowrap; }
  .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1rem; font-size: var(--small); }
  .facts dt { color: var(--muted); }
  .facts dd { overflow-wrap: anywhere; }
  .places { display: grid; gap: 0.15rem; }
  .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.6rem; }

  @media (min-width: 62rem) {
    th { position: sticky; top: 0; z-index: 1; }
  }
  @container (max-width: 48rem) {
    .wide { display: none; }
  }
  @container (max-width: 34rem) {
    .medium { display: none; }
    td, th:not(:has(button)) { padding-inline: 0.3rem; }
    th button { padding-inline: 0.3rem; gap: 0; }
    td.opens { padding-inline: 0; }
    tr.details > td { padding-inline-start: 0.6rem; }
    .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
    .facts dd { margin-bottom: 0.35rem; }
  }
  @media (prefers-reduced-motion: no-preference) {
    .twisty .icon { transition: rotate 120ms; }
  }
`;
