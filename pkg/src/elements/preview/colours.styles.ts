import { css } from "lit";

/** Colours that stand out enough from every ground they are on, in both themes. */
export const colourStyles = css`
  .comment { color: var(--muted); font-style: italic; }
  .keyword { color: light-dark(#8a2d7e, #e0a0dc); }
  .string { color: light-dark(#1b6437, #8fd6a4); }
  .number { color: light-dark(#9a3f10, #f0ae84); }
  .name { color: light-dark(#20549c, #93bdf5); }
  .type { color: light-dark(#0a5f70, #74cfe0); }
  .attribute { color: light-dark(#6b4c00, #e0c070); }
  .added { color: var(--ok); }
  .removed { color: var(--bad); }
  .heading { color: var(--text); font-weight: 650; }
  @media (forced-colors: active) { .comment, .keyword, .string, .number, .name, .type, .attribute, .added, .removed { color: CanvasText; } }
`;
