import { css } from "lit";

/** A head with what it is and how it is shown, the contents, and a line about them. */
export const previewStyles = css`
  :host { container-type: inline-size; display: grid; grid-template-rows: auto auto minmax(0, 1fr) auto; min-height: 0; height: 100%; }
  header { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 0.75rem; padding: 0.8rem 0.8rem 0.6rem 1.1rem; }
  header > div { min-width: 0; }
  h2 { font-size: 1.0625rem; overflow-wrap: anywhere; }
  .of { color: var(--muted); font-size: var(--small); overflow-wrap: anywhere; }
  .back { display: none; }
  .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; padding: 0.4rem 0.8rem 0.6rem 1.1rem; border-bottom: 1px solid var(--line); }
  .bar .end { margin-inline-start: auto; }
  .switch { display: inline-flex; padding: 2px; border-radius: var(--radius-small); background: var(--sunken); }
  .switch button { min-height: 1.75rem; padding: 0 0.7rem; border: 0; border-radius: 4px; background: none; color: var(--muted); font-size: var(--small); font-weight: 500; cursor: pointer; }
  .switch button[aria-pressed="true"] { background: var(--raised); color: var(--text); box-shadow: 0 1px 2px rgb(0 0 0 / 15%); }
  .toggle[aria-pressed="true"] { background: var(--accent-soft); border-color: var(--accent); }
  .search { flex: 0 1 14rem; display: flex; align-items: center; gap: 0.5rem; min-width: 8rem; padding-inline: 0.6rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--muted); }
  .search:focus-within { outline: var(--ring); outline-offset: -1px; }
  input { flex: 1; min-width: 0; min-height: 1.75rem; border: 0; outline: 0; background: none; color: var(--text); font: inherit; font-size: var(--small); }
  input:focus-visible { outline: none; }
  input::placeholder { color: var(--muted); opacity: 1; }
  .places { font-size: var(--small); color: var(--muted); }
  .body { display: grid; grid-template-rows: minmax(0, 1fr); min-height: 0; overflow: hidden; background: var(--surface); }
  .body > .sheet { overflow: auto; padding: 1rem 1.1rem; }
  footer { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 1.1rem; min-height: 2.25rem; padding: 0.3rem 1.1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: var(--small); }
  footer .cut { color: var(--warn); font-style: normal; }
  @container (max-width: 40rem) {
    header { grid-template-columns: auto minmax(0, 1fr); padding: 0.6rem 0.8rem 0.4rem 0.4rem; }
    .back { display: inline-flex; }
    .cross { display: none; }
    .bar { padding-inline: 0.8rem; }
    .search { flex: 1 1 8rem; }
    footer { padding-inline: 0.8rem; }
  }
  @media (forced-colors: active) { .switch button[aria-pressed="true"], .toggle[aria-pressed="true"] { outline: 2px solid Highlight; } }
`;
