import { css } from "lit";

/** What every component shares: boxes, focus, buttons, text from images, small words. */
export const shared = css`
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, h3, h4, p, dl, dd, ol, ul, figure { margin: 0; padding: 0; }
  ol, ul { list-style: none; }
  h1, h2, h3, h4 { font-weight: 600; line-height: 1.3; text-wrap: balance; }
  :focus-visible { outline: var(--ring); outline-offset: 2px; }

  .icon { width: 1em; height: 1em; flex: none; vertical-align: -0.125em; }
  .mono { font-family: var(--mono); font-size: 0.92em; }
  .muted { color: var(--muted); }
  .small { font-size: var(--small); }
  .label {
    font-size: var(--tiny);
    font-weight: 600;
    letter-spacing: 0.04em;
    color: var(--muted);
  }
  .num { font-variant-numeric: tabular-nums; white-space: nowrap; }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .sign {
    display: inline-block;
    margin-inline: 1px;
    padding-inline: 3px;
    border-radius: 3px;
    background: var(--warn-soft);
    color: var(--warn);
    font: 600 0.78em/1.35 var(--mono);
    cursor: help;
  }
  .cut { color: var(--muted); font-style: italic; }

  button { font: inherit; color: inherit; }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.45em;
    min-height: 2.125rem;
    padding: 0.25rem 0.8rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font-weight: 500;
    cursor: pointer;
    white-space: nowrap;
  }
  .button:hover { background: var(--hover); }
  .button.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
  .button.primary:hover { border-color: var(--accent-strong); background: var(--accent-strong); }
  .button.quiet { border-color: transparent; background: none; }
  .button.quiet:hover { background: var(--hover); }
  .button.square { padding-inline: 0; width: 2.125rem; }
  .button.slim { min-height: 1.75rem; padding: 0.1rem 0.6rem; font-size: var(--small); }
  .button[disabled] { opacity: 0.55; cursor: default; }

  @media (forced-colors: active) {
    .button { border-color: ButtonBorder; }
  }
  @media (prefers-reduced-motion: no-preference) {
    .button { transition: background-color 120ms, border-color 120ms; }
  }
`;

/** A surface with a border: what a group of facts stands on. */
export const card = css`
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
`;
