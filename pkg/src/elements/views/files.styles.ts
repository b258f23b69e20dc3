import { css } from "lit";

/** The chosen layer above, the tree below with the description of one entry beside it or under it. */
export const filesStyles = css`
  :host { container-type: inline-size; display: grid; grid-template-rows: auto minmax(0, 1fr); gap: 1rem; min-height: 0; }
  .head { padding: 0.9rem 1.1rem; }
  .pane { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; min-height: 0; overflow: hidden; }
  .broken { display: flex; gap: 0.6rem; padding: 0.5rem 0.9rem; background: var(--warn-soft); color: var(--warn); font-size: var(--small); }
  .broken .icon { margin-top: 0.2em; }
  .switch { display: inline-flex; padding: 2px; border-radius: var(--radius-small); background: var(--sunken); }
  .switch button { min-height: 1.75rem; padding: 0 0.7rem; border: 0; border-radius: 4px; background: none; color: var(--muted); font-size: var(--small); font-weight: 500; cursor: pointer; }
  .switch button[aria-pressed="true"] { background: var(--raised); color: var(--text); box-shadow: 0 1px 2px rgb(0 0 0 / 15%); }
  .content { display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: minmax(0, 1fr); min-height: 0; }
  .content.with-entry { grid-template-columns: minmax(0, 1fr) 19rem; }
  layerglass-entry { border-inline-start: 1px solid var(--line); min-height: 0; }
  .status { display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; padding: 0.45rem 0.9rem; border-top: 1px solid var(--line); color: var(--muted); font-size: var(--small); }
  .counts { display: inline-flex; flex-wrap: wrap; gap: 0 0.9rem; }
  .counts b { margin-inline-end: 0.3em; font-family: var(--mono); }
  .added b { color: var(--ok); } .modified b { color: var(--warn); } .removed b { color: var(--bad); }
  .link { border: 0; padding: 0; background: none; color: var(--accent); cursor: pointer; text-decoration: underline; text-underline-offset: 2px; }
  details { flex-basis: 100%; }
  details ul { max-height: 8rem; overflow-y: auto; }
  .button[aria-pressed="true"] { background: var(--accent-soft); }
  @media (forced-colors: active) { .button[aria-pressed="true"] { outline: 2px solid Highlight; } .switch button[aria-pressed="true"] { outline: 2px solid Highlight; } }
  @container (max-width: 50rem) {
    .content.with-entry { grid-template-columns: minmax(0, 1fr); grid-template-rows: minmax(9rem, 1fr) minmax(0, 45%); }
    layerglass-entry { border-inline-start: 0; border-top: 1px solid var(--line); background: var(--raised); }
  }
  @container (max-width: 32rem) {
    .broken { display: flex; gap: 0.6rem; padding: 0.5rem 0.9rem; background: var(--warn-soft); color: var(--warn); font-size: var(--small); }
  .broken .icon { margin-top: 0.2em; }
  .switch { flex: 1 1 100%; }
    .switch button { flex: 1; }
  }
`;
