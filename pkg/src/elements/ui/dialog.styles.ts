import { css } from "lit";

/** Dialogs of choices. */
export const dialogStyles = css`
  dialog { width: min(34rem, calc(100vw - 1.5rem)); max-height: calc(100dvh - 1.5rem); padding: 0; border: 1px solid var(--line-strong); border-radius: 12px; background: var(--surface); color: var(--text); box-shadow: var(--shadow); }
  dialog::backdrop { background: rgb(0 0 0 / 45%); }
  header { display: flex; align-items: center; gap: 0.5rem; padding: 0.9rem 1.2rem 0.2rem; }
  h2 { flex: 1; font-size: 1.125rem; }
  .fields { display: grid; gap: 1rem; padding: 0.6rem 1.2rem 1.1rem; }
  fieldset { display: grid; gap: 0.25rem; margin: 0; padding: 0; border: 0; min-width: 0; }
  legend, .field > span { padding: 0 0 0.3rem; font-size: var(--tiny); font-weight: 650; letter-spacing: 0.04em; color: var(--muted); }
  .choice { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 0.6rem; align-items: baseline; padding: 0.45rem 0.6rem; border: 1px solid var(--line); border-radius: var(--radius-small); cursor: pointer; }
  .choice:hover { background: var(--hover); }
  .choice:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
  .choice:has(:focus-visible) { outline: var(--ring); outline-offset: 1px; }
  .choice input { margin: 0; }
  .choice input:focus-visible { outline: none; }
  .choice .hint { grid-column: 2; }
  .hint { color: var(--muted); font-size: var(--small); }
  .row { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 0.75rem 1rem; }
  .field { display: grid; align-content: start; min-width: 0; }
  select, input[type="number"] { width: 100%; min-height: 2.125rem; padding: 0.2rem 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--text); font: inherit; font-size: 0.875rem; }
  footer { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.5rem; padding: 0.8rem 1.2rem; border-top: 1px solid var(--line); }
  .note { font-size: var(--small); color: var(--muted); }
`;
