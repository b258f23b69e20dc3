import { css } from "lit";

/** Tiles on a plane; their names and sizes are text, colours only tell them apart. */
export const treemapStyles = css`
  :host { display: grid; gap: 0.6rem; min-width: 0; }
  .plane { position: relative; height: 26rem; overflow: hidden; border-radius: var(--radius-small); background: var(--sunken); }
  .tile { position: absolute; display: grid; align-content: start; justify-items: start; margin: 0; padding: 0; border: 1px solid var(--tint); border-radius: 4px; background: color-mix(in oklab, var(--tint) 20%, var(--surface)); color: var(--text); text-align: start; overflow: hidden; cursor: pointer; }
  .tile:hover { background: color-mix(in oklab, var(--tint) 32%, var(--surface)); }
  .tile:focus-visible { outline: 3px solid var(--text); outline-offset: -3px; }
  .tile.rest { --tint: var(--line-strong); border-style: dashed; }
  .words { position: relative; max-width: 100%; display: flex; align-items: baseline; gap: 0.4rem; padding: 2px 6px; font-size: var(--tiny); line-height: 1.25rem; white-space: nowrap; overflow: hidden; }
  .words b { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
  .tile:not(.parts) .words { flex-direction: column; gap: 0; align-items: flex-start; padding-top: 3px; }
  .tile:not(.parts) .words > * { max-width: 100%; }
  .hint { position: absolute; border: 1px solid color-mix(in oklab, var(--tint) 45%, transparent); border-radius: 2px; background: color-mix(in oklab, var(--tint) 14%, transparent); padding: 0 4px; font-size: var(--tiny); line-height: 1.25rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .told { display: flex; flex-wrap: wrap; align-items: center; gap: 0.1rem 0.9rem; min-height: 2rem; font-size: var(--small); }
  .told strong { font-weight: 600; overflow-wrap: anywhere; }
  @media (max-width: 40rem) {
    .plane { height: 22rem; }
    }
  @media (forced-colors: active) {
    .tile { border-color: CanvasText; background: Canvas; color: CanvasText; }
    .tile:focus-visible { outline-color: Highlight; }
    .hint { border-color: GrayText; background: none; }
  }
`;
