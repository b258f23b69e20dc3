import { html, svg, type TemplateResult } from "lit";

function icon(body: TemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${body}</svg>`;
}

export const ICONS = {
  file: icon(svg`<path d="M4 1.8h5l3.2 3.2v9.2H4zM9 1.8V5h3.2"/>`),
  directory: icon(svg`<path d="M1.8 3.5h4.4l1.5 1.7h6.5v8H1.8z"/>`),
  symlink: icon(svg`<path d="M4 1.8h5l3.2 3.2v9.2H4zM6.2 11c0-2.2 1-3.2 3.4-3.2M8.3 6.3l1.6 1.5-1.6 1.5"/>`),
  device: icon(
    svg`<rect x="3" y="4" width="10" height="8" rx="1"/><path d="M6 1.8V4M10 1.8V4M6 12v2.2M10 12v2.2"/>`,
  ),
  disk: icon(
    svg`<ellipse cx="8" cy="4" rx="5.5" ry="2.2"/><path d="M2.5 4v8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 5.5-2.2V4M2.5 8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 5.5-2.2"/>`,
  ),
  fifo: icon(svg`<path d="M2 6h12M2 10h12M10.5 4.5 12 6l-1.5 1.5M5.5 8.5 4 10l1.5 1.5"/>`),
  chevron: icon(svg`<path d="m6 3.5 4.5 4.5L6 12.5"/>`),
  check: icon(svg`<path d="m3.2 8.6 3.1 3.1 6.5-7"/>`),
  back: icon(svg`<path d="M13 8H3M7 3.8 2.8 8 7 12.2"/>`),
  cross: icon(svg`<path d="m4 4 8 8M12 4l-8 8"/>`),
  copy: icon(
    svg`<rect x="5.5" y="5.5" width="8" height="8.5" rx="1.3"/><path d="M10.5 5.2V3.3A1.3 1.3 0 0 0 9.2 2H3.8a1.3 1.3 0 0 0-1.3 1.3v6A1.3 1.3 0 0 0 3.8 10.6h1.5"/>`,
  ),
  dash: icon(svg`<path d="M4 8h8"/>`),
  pending: icon(svg`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.2 2.1"/>`),
  warning: icon(svg`<path d="M8 2.3 14.3 13.5H1.7zM8 6.5v3.2M8 11.6v.1"/>`),
  info: icon(svg`<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.7M8 5v.1"/>`),
  error: icon(svg`<circle cx="8" cy="8" r="6"/><path d="m5.9 5.9 4.2 4.2M10.1 5.9l-4.2 4.2"/>`),
  layers: icon(svg`<path d="m8 2 6 3-6 3-6-3zM2 8.2l6 3 6-3M2 11.2l6 3 6-3"/>`),
  search: icon(svg`<circle cx="7" cy="7" r="4.3"/><path d="m10.3 10.3 3.5 3.5"/>`),
  filter: icon(svg`<path d="M2 3.5h12M4.2 8h7.6M6.4 12.5h3.2"/>`),
  list: icon(svg`<path d="M2.5 4h.1M5.5 4h8M2.5 8h.1M5.5 8h8M2.5 12h.1M5.5 12h8"/>`),
  sun: icon(
    svg`<circle cx="8" cy="8" r="3"/><path d="M8 1.3v1.5M8 13.2v1.5M1.3 8h1.5M13.2 8h1.5M3.3 3.3l1 1M11.7 11.7l1 1M12.7 3.3l-1 1M4.3 11.7l-1 1"/>`,
  ),
  moon: icon(svg`<path d="M13.3 9.7A5.7 5.7 0 0 1 6.3 2.7a5.7 5.7 0 1 0 7 7z"/>`),
  system: icon(
    svg`<circle cx="8" cy="8" r="6"/><path d="M8 2v12" /><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/>`,
  ),
  open: icon(svg`<path d="M2 13.5V3.5h4l1.4 1.6H13v2M2 13.5l2.2-6.4h11L13 13.5z"/>`),
  save: icon(svg`<path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 11.5v2h11v-2"/>`),
  keep: icon(svg`<path d="M4 2h8v12l-4-3.2L4 14z"/>`),
  expand: icon(svg`<path d="m4.5 9.5 3.5 3.5 3.5-3.5M4.5 6.5 8 3l3.5 3.5"/>`),
  link: icon(
    svg`<path d="M6.8 9.2 9.2 6.8M7.2 4.8l1.6-1.6a2.8 2.8 0 0 1 4 4l-1.6 1.6M8.8 11.2l-1.6 1.6a2.8 2.8 0 0 1-4-4l1.6-1.6"/>`,
  ),
  keys: icon(
    svg`<rect x="1.5" y="4" width="13" height="8.5" rx="1.3"/><path d="M4 6.8h.1M6.7 6.8h.1M9.3 6.8h.1M12 6.8h.1M5 10h6"/>`,
  ),
  eye: icon(
    svg`<path d="M1.5 8S3.8 3.5 8 3.5 14.5 8 14.5 8 12.2 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="2"/>`,
  ),
  compare: icon(svg`<path d="M8 2v12M2.5 4.5h3v7h-3zM10.5 4.5h3v7h-3z"/>`),
  shield: icon(svg`<path d="M8 1.8 13 3.6v4c0 3.2-2.1 5.5-5 6.6-2.9-1.1-5-3.4-5-6.6v-4z"/>`),
} as const;

/** The mark: strata that shift where the glass lies over them. Takes the page's own colours. */
export const LOGO = html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
  <path d="M0 9h7v3H0zM0 15h5v3H0zM0 21h6v3H0zM25 9h7v3h-7zM27 15h5v3h-5zM26 21h6v3h-6z" fill="var(--line-strong)" opacity=".55"/>
  <path d="M8.4 9.6h15.2a10 10 0 0 1 1.6 3.4H6.8a10 10 0 0 1 1.6-3.4z" fill="var(--stratum-0)"/>
  <path d="M6.2 14.7h19.6v3.6H6.2z" fill="var(--stratum-1)"/>
  <path d="M6.8 20h18.4a10 10 0 0 1-2.2 3.6H9a10 10 0 0 1-2.2-3.6z" fill="var(--stratum-2)"/>
  <circle cx="16" cy="16.5" r="11" fill="none" stroke="var(--accent)" stroke-width="2"/>
</svg>`;
