import { css } from "lit";

/** The frame of the page, and what it shows while there is nothing else. */
export const appStyles = css`
  :host { grid-template-rows: auto minmax(0, 1fr) auto; height: 100dvh; }
  .stage { position: relative; min-height: 0; overflow-y: auto; }
  .middle { display: grid; place-items: center; min-height: 100%; padding: 1rem; }
  .failure { display: grid; justify-items: center; gap: 1rem; width: min(40rem, 100%); }
  .failure-icon { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 50%; background: var(--bad-soft); color: var(--bad); font-size: 1.4rem; }
  .failure h1 { font-size: 1.25rem; }
  .failure p { color: var(--muted); text-align: center; overflow-wrap: anywhere; text-wrap: pretty; }
  .failure strong { color: var(--text); font-weight: 600; }
  dl { width: 100%; padding: 0.4rem 1.1rem; }
  dl > div { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 1rem; padding: 0.5rem 0; border-top: 1px solid var(--line); }
  dl > div:first-child { border-top: 0; }
  dt { color: var(--muted); }
  dd { overflow-wrap: anywhere; }
  .veil { position: fixed; inset: 0; z-index: 20; display: grid; place-items: center; padding: 1rem; background: color-mix(in srgb, var(--bg) 85%, transparent); }
  .veil p { display: flex; align-items: center; gap: 0.6rem; padding: 1.5rem 2.5rem; border: 2px dashed var(--accent); border-radius: 14px; background: var(--surface); font-size: 1.25rem; font-weight: 600; }

  @media (max-width: 61.99rem) {
    :host { height: auto; min-height: 100dvh; }
    .stage { overflow: visible; }
  }
`;
