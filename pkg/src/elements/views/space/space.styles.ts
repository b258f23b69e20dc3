import { css } from "lit";

/** The view of space: figures first, then what they are made of. */
export const spaceStyles = css`
  :host { container-type: inline-size; display: grid; gap: 1.5rem; align-content: start; min-width: 0; }
  section { display: grid; gap: 0.5rem; min-width: 0; }
  h2 { font-size: 1rem; }
  .figure { font-size: 1.1875rem; }
  .share { font-weight: 400; }
  .padded { padding: 1rem 1.1rem; }
  .strip { display: flex; height: 0.75rem; margin-top: 0.4rem; border-radius: 4px; overflow: hidden; gap: 2px; background: var(--surface); }
  .strip i { display: block; flex-basis: 0; }
  .strip i:not(.used) { min-width: 2px; }
  .used { background: var(--line); }
  .overwritten { background: var(--stratum-0); }
  .removed { background: repeating-linear-gradient(45deg, var(--stratum-3) 0 3px, color-mix(in oklab, var(--stratum-3) 55%, var(--surface)) 3px 6px); }
  .duplicate { background: repeating-linear-gradient(90deg, var(--stratum-5) 0 2px, color-mix(in oklab, var(--stratum-5) 50%, var(--surface)) 2px 5px); }
  .key { display: inline-block; width: 0.8rem; height: 0.8rem; border-radius: 3px; margin-inline-end: 0.4rem; vertical-align: -0.05em; }
  .kinds { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1rem 1.5rem; margin-top: 0.6rem; }
  .kinds > div { display: grid; align-content: start; gap: 0.2rem; }
  .kinds dt { font-weight: 600; }
  .kinds dd { text-wrap: pretty; }
  .amount { font-size: 1.0625rem; }
  @container (max-width: 44rem) {
    .kinds { grid-template-columns: minmax(0, 1fr); }
  }
  @media (forced-colors: active) {
    .strip i { background: CanvasText; forced-color-adjust: none; }
    .strip .used { background: Canvas; }
    .strip { border: 1px solid CanvasText; }
    .key { forced-color-adjust: none; border: 1px solid CanvasText; }
  }
`;
