import { css } from "lit";

/** The view of two images beside each other. */
export const compareStyles = css`
  :host { container-type: inline-size; display: grid; gap: 1.5rem; align-content: start; min-width: 0; }
  section { display: grid; gap: 0.6rem; min-width: 0; }
  h2 { font-size: 1rem; }
  .bar .grow { flex: 1 1 16rem; }
  .bar .grow select { flex: 1; min-width: 0; }
  .bar input[type="file"] { position: absolute; width: 1px; height: 1px; opacity: 0; pointer-events: none; }
  .bar label.button:focus-within { outline: var(--ring); outline-offset: 2px; }
  .second { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; padding: 0.6rem 0.9rem; font-size: var(--small); }
  .second progress { flex: 1 1 8rem; max-width: 20rem; height: 0.5rem; accent-color: var(--accent); }
  .second.bad { background: var(--bad-soft); border-color: transparent; }
  .drop { outline: 2px dashed var(--accent); outline-offset: 0.4rem; border-radius: var(--radius); }

  .verdict { display: flex; align-items: center; gap: 0.9rem; padding: 0.9rem 1.1rem; }
  .verdict .icon { font-size: 1.5rem; color: var(--accent); }
  .verdict.ok { background: var(--ok-soft); border-color: transparent; } .verdict.ok .icon { color: var(--ok); }
  .verdict strong { display: block; font-size: 1.0625rem; font-weight: 600; }

  .sides { width: 100%; border-collapse: collapse; font-size: 0.875rem; table-layout: fixed; }
  .sides th, .sides td { padding: 0.4rem 0.9rem; border-top: 1px solid var(--line); text-align: start; vertical-align: top; overflow-wrap: anywhere; }
  .sides thead td { border-top: 0; }
  .sides thead th { border-top: 0; font-size: var(--tiny); font-weight: 600; color: var(--muted); }
  .sides tbody th { font-weight: 400; color: var(--muted); width: 9rem; }
  .sides col.what { width: 8.5rem; } .sides col.by { width: 7.5rem; }
  .sides .name { font-weight: 600; }
  .grew { color: var(--warn); } .shrank { color: var(--ok); }

  .lines { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: var(--small); }
  .lines th { padding: 0.5rem 0.9rem; text-align: start; font-size: var(--tiny); font-weight: 600; color: var(--muted); }
  .lines td { padding: 0.35rem 0.9rem; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
  .lines td.added { background: var(--ok-soft); } .lines td.removed { background: var(--bad-soft); }
  .lines .mark { display: inline-block; width: 1.2em; font-family: var(--mono); font-weight: 700; }
  .lines .added .mark { color: var(--ok); } .lines .removed .mark { color: var(--bad); }
  .lines .note { margin-inline-start: 0.5rem; }
  .lines .keyword { font-weight: 650; font-size: var(--tiny); letter-spacing: 0.03em; }
  .more:not(:empty) { margin-top: 0.3rem; }

  @container (max-width: 40rem) {
    .sides th, .sides td, .lines th, .lines td { padding-inline: 0.5rem; }
    .sides col.what { width: 5.5rem; } .sides col.by { width: 5rem; }
    .sides { font-size: var(--small); }
  }
  @media (forced-colors: active) {
    .lines td.added, .lines td.removed { border-inline-start: 3px solid; }
  }
`;
