import { css } from "lit";

/** A button that reads as a link: it leads to another place of the page. */
export const link = css`
  .link { border: 0; padding: 0; background: none; color: var(--accent); font: inherit; text-align: start; cursor: pointer; text-decoration: underline; text-underline-offset: 2px; overflow-wrap: anywhere; }
  .link:hover { color: var(--accent-strong); }
`;
