import { css } from "lit";

/** The view of packages. */
export const packagesStyles = css`
  :host { container-type: inline-size; display: grid; gap: 1.5rem; align-content: start; min-width: 0; }
  section { display: grid; gap: 0.6rem; min-width: 0; }
  h2 { font-size: 1rem; }
  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
  .head p { flex: 1 1 16rem; min-width: 0; }
  .head strong { display: block; font-size: 1.0625rem; font-weight: 600; }
  .saves { display: flex; flex-wrap: wrap; gap: 0.4rem; }
  .more:not(:empty) { margin-top: 0.3rem; }
`;
