import { css } from "lit";

/** A row of fields by which a list is narrowed down. */
export const fields = css`
  .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; font-size: var(--small); }
  .bar label { display: inline-flex; align-items: center; gap: 0.5rem; min-width: 0; }
  .bar .fill { flex: 1 1 14rem; }
  select, input[type="search"] { min-height: 2.125rem; max-width: 100%; padding: 0.2rem 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--text); font: inherit; font-size: 0.875rem; }
  input[type="search"] { flex: 1; min-width: 0; padding-inline: 0.7rem; }
  input[type="search"]::placeholder { color: var(--muted); opacity: 1; }
`;

/** The value of a field that told of a change. */
export function chosenIn(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}
