import { tokens } from "layerglass/elements/kit";
import { css } from "lit";

/** Sets the tokens of the elements for the whole page. */
export function applyTokens(): void {
  const { styleSheet } = css`:root { ${tokens} }`;
  if (styleSheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, styleSheet];
}
