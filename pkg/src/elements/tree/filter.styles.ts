import { css } from "lit";

/** The search field with what belongs to it: one line, a panel below it, and a line that says what came of it. */
export const filterStyles = css`
  :host { container-type: inline-size; border-bottom: 1px solid var(--line); }
  .line { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; padding: 0.5rem 0.6rem; }
  .search { flex: 1 1 15rem; display: flex; align-items: center; gap: 0.5rem; min-width: 0; padding-inline-start: 0.6rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--muted); }
  .search:focus-within { outline: var(--ring); outline-offset: -1px; }
  .search label { flex: 1; display: flex; align-items: center; gap: 0.5rem; min-width: 0; }
  .search select { border: 0; border-inline-start: 1px solid var(--line); border-radius: 0 var(--radius-small) var(--radius-small) 0; background: none; color: var(--muted); }
  .search select:focus-visible { outline-offset: -3px; }
  input { min-width: 0; min-height: 1.9rem; background: none; color: var(--text); font: inherit; font-size: var(--small); }
  .search input { flex: 1; border: 0; outline: 0; }
  .search input.code { font-family: var(--mono); }
  input::placeholder { color: var(--muted); opacity: 1; }
  select { min-height: 1.9rem; padding: 0 0.4rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--text); font: inherit; font-size: var(--small); }
  .filled { display: inline-grid; place-items: center; min-width: 1.2rem; height: 1.2rem; padding-inline: 0.3rem; border-radius: 999px; background: var(--accent); color: var(--on-accent); font-size: 0.6875rem; font-variant-numeric: tabular-nums; }
  .button[aria-pressed="true"], .button[aria-expanded="true"] { background: var(--accent-soft); }
  .panel { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.6rem 0.9rem; align-items: end; padding: 0.65rem 0.75rem 0.8rem; border-top: 1px solid var(--line); background: var(--raised); }
  .field { display: grid; gap: 0.2rem; min-width: 0; }
  .field > select, .field > input { width: 100%; }
  .field > input { padding-inline: 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.3rem; }
  .field .pair > * { width: 100%; min-width: 0; }
  .pair input { padding-inline: 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); }
  .with-turn { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.3rem; }
  input[aria-invalid="true"] { border-color: var(--bad); }
  .outcome { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.75rem; min-height: 2rem; padding: 0.15rem 0.75rem; border-top: 1px solid var(--line); font-size: var(--small); color: var(--muted); }
  .outcome p { overflow-wrap: anywhere; min-width: 0; }
  .outcome .bad { color: var(--bad); }
  @container (max-width: 32rem) {
    .search { flex-basis: 100%; }
    .panel { grid-template-columns: 1fr 1fr; }
  }
  @media (forced-colors: active) {
    .button[aria-pressed="true"], .button[aria-expanded="true"] { outline: 2px solid Highlight; }
    .filled { outline: 1px solid; }
  }
`;
