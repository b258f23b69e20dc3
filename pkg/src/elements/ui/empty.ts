import { css, html, type TemplateResult } from "lit";

/** What stands where there is nothing to show, and why. */
export function empty(
  icon: TemplateResult,
  title: string,
  text: unknown,
  action: unknown = null,
): TemplateResult {
  return html`<div class="empty">
    <span class="empty-icon">${icon}</span>
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </div>`;
}

/** Its styles. */
export const emptyStyles = css`
  .empty {
    display: grid;
    justify-items: center;
    align-content: center;
    gap: 0.5rem;
    padding: 3rem 1.5rem;
    text-align: center;
    color: var(--muted);
  }
  .empty h2 { color: var(--text); font-size: 1.0625rem; }
  .empty p { max-width: 34rem; text-wrap: pretty; }
  .empty .button { margin-top: 0.5rem; }
  .empty-icon {
    display: grid;
    place-items: center;
    width: 3rem;
    height: 3rem;
    border-radius: 50%;
    background: var(--sunken);
    font-size: 1.4rem;
  }
`;
