import { css } from "lit";

/** The tree: one grid of columns for the head and all rows; columns leave as the room gets smaller. */
export const treeStyles = css`
  :host { container-type: inline-size; display: block; position: relative; min-height: 0; }
  .nothing { position: absolute; inset: 5rem 1rem auto; text-align: center; color: var(--muted); overflow-wrap: anywhere; }
  .told { position: absolute; inset-inline: 0; bottom: 0.75rem; width: max-content; max-width: 90%; margin: 0 auto; padding: 0.3rem 0.8rem; border-radius: 999px; background: var(--text); color: var(--surface); font-size: var(--small); opacity: 0; pointer-events: none; }
  .told.seen { opacity: 1; }
  .told:empty { visibility: hidden; }
  .grid {
    --columns: minmax(0, 1fr) 11rem 5.25rem 6.25rem 5rem 8.75rem 3.25rem;
    position: relative;
    height: 100%;
    overflow: hidden auto;
    overscroll-behavior: contain;
    scrollbar-gutter: stable;
    font-size: 0.875rem;
  }
  .grid:focus-visible { outline: none; }
  .head, .row { display: grid; grid-template-columns: var(--columns); align-items: center; column-gap: 0.75rem; padding-inline: 0.5rem 0.75rem; }
  .head-group { position: sticky; top: 0; z-index: 2; background: var(--surface); border-bottom: 1px solid var(--line); }
  .head { min-height: 2.25rem; }
  .head > [role="columnheader"] { font-size: var(--tiny); font-weight: 600; color: var(--muted); text-align: start; }
  .head button { display: inline-flex; align-items: center; gap: 0.25rem; min-height: 1.75rem; padding: 0 0.2rem; margin-inline: -0.2rem; border: 0; border-radius: 4px; background: none; font: inherit; cursor: pointer; }
  .head button:hover { color: var(--text); background: var(--hover); }
  .head .name { padding-inline-start: 3.4rem; }
  .head .size, .head .layer { text-align: end; }
  .head .mode { font-family: inherit; font-size: var(--tiny); }
  .arrow { font-size: 0.8em; }
  .body { position: relative; }
  .stretch { position: absolute; inset-inline: 0; top: 0; will-change: transform; }
  .row { position: absolute; inset-inline: 0; top: 0; height: var(--row); cursor: default; contain: layout style; }
  .row:hover { background: var(--hover); }
  .row[aria-selected="true"] { background: var(--hover); }
  .grid:focus .row[aria-selected="true"], :host([marked]) .row[aria-selected="true"] { background: var(--accent-soft); }
  .grid:focus-visible .row[aria-selected="true"] { outline: var(--ring); outline-offset: -2px; }
  .cell { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .name { display: flex; align-items: center; gap: 0.35rem; padding-inline-start: calc(var(--indent, 0) * 1rem); }
  .text { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; }
  .folder { flex: 0 1 auto; min-width: 0; margin-inline-end: -0.35rem; overflow: hidden; text-overflow: ellipsis; white-space: pre; color: var(--muted); }
  :host([flat]) .text { flex: 0 0.2 auto; }
  :host([flat]) .twisty { display: none; }
  :host([flat]) .head .name { padding-inline-start: 1.8rem; }
  .sign-cell { flex: none; width: 0.8rem; text-align: center; font: 700 0.95rem/1 var(--mono); }
  .twisty { flex: none; display: grid; place-items: center; width: 1.25rem; height: 1.5rem; color: var(--muted); font-size: 0.8rem; }
  .twisty.open .icon { rotate: 90deg; }
  .kind { flex: none; color: var(--muted); display: inline-flex; }
  .kind.directory { color: var(--accent); }
  .depth { flex: none; padding-inline: 0.25rem; border-radius: 4px; background: var(--sunken); color: var(--muted); font-size: 0.6875rem; }
  .raw { margin-inline-start: 0.5rem; padding-inline: 0.3rem; border-radius: 4px; background: var(--warn-soft); color: var(--warn); font-size: 0.6875rem; }
  .target, .change, .mode, .owner, .mtime { color: var(--muted); }
  .mode { font-family: var(--mono); font-size: 0.8125rem; }
  .size { text-align: end; }
  .change, .owner, .mtime { font-size: var(--small); }
  .added .sign-cell { color: var(--ok); }
  .modified .sign-cell { color: var(--warn); }
  .removed .sign-cell { color: var(--bad); }
  .removed .text { text-decoration: line-through; text-decoration-color: var(--bad); color: var(--muted); }
  .layer { text-align: end; overflow: visible; }
  .swatch { display: inline-grid; place-items: center; min-width: 1.6rem; height: 1.25rem; padding-inline: 0.25rem; border: 1.5px solid var(--tint); border-radius: 5px; font-size: 0.6875rem; font-weight: 600; font-variant-numeric: tabular-nums; }
  .waiting .name::after { content: ""; height: 0.6rem; width: 30%; margin-inline-start: 3.4rem; border-radius: 4px; background: var(--sunken); }

  :host([plain]) .change, :host([plain]) .sign-cell { display: none; }
  :host([plain]) .grid { --columns: minmax(0, 1fr) 5.25rem 6.25rem 5rem 8.75rem 3.25rem; }
  :host([plain]) .head .name { padding-inline-start: 2.4rem; }
  :host([plain][flat]) .head .name { padding-inline-start: 0.9rem; }

  @container (max-width: 56rem) {
    .grid { --columns: minmax(0, 1fr) 9.5rem 5.25rem 8.75rem 3.25rem; }
    :host([plain]) .grid { --columns: minmax(0, 1fr) 5.25rem 8.75rem 3.25rem; }
    .mode, .owner { display: none; }
  }
  @container (max-width: 42rem) {
    .grid { --columns: minmax(0, 1fr) 7.5rem 5.25rem 2.75rem; }
    :host([plain]) .grid { --columns: minmax(0, 1fr) 5.25rem 2.75rem; }
    .mtime { display: none; }
    .head .layer { font-size: 0; }
  }
  @container (max-width: 32rem) {
    .grid { --columns: minmax(0, 1fr) 4.75rem; }
    :host([plain]) .grid { --columns: minmax(0, 1fr) 4.75rem 2.5rem; }
    .change { display: none; }
    :host(:not([plain])) .layer { display: none; }
    .head, .row { column-gap: 0.4rem; padding-inline: 0.25rem 0.5rem; }
    .name { gap: 0.25rem; padding-inline-start: calc(min(var(--indent, 0), 8) * 0.7rem); }
    .head .name { padding-inline-start: 2.8rem; }
  }
  @media (prefers-reduced-motion: no-preference) {
    .twisty .icon { transition: rotate 120ms; }
  }
  @media (forced-colors: active) {
    .row[aria-selected="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
  }
`;
