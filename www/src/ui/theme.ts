import { ICONS, shared } from "layerglass/elements/kit";
import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";

type Theme = "system" | "light" | "dark";

const KEY = "layerglass:theme";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const FACE = {
  system: { icon: ICONS.system, name: "like the system" },
  light: { icon: ICONS.sun, name: "light" },
  dark: { icon: ICONS.moon, name: "dark" },
} as const;

/** The remembered choice, put on the page. Call before anything is drawn. */
export function applyTheme(theme: Theme = remembered()): Theme {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  return theme;
}

function remembered(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system"; // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** The button that goes from the system's colours to light to dark. */
@customElement("layerglass-theme")
export class ThemeElement extends LitElement {
  static override styles = [shared, css`:host { display: inline-flex; }`];

  @state() private theme: Theme = applyTheme();

  override render() {
    const { icon, name } = FACE[this.theme];
    return html`<button type="button" class="button quiet square" title="Colours: ${name}. Click for ${FACE[NEXT[this.theme]].name}." @click=${this.next}>
      ${icon}<span class="unseen">Colours: ${name}</span>
    </button>`;
  }

  /** Goes on to the next choice, and remembers it. */
  readonly next = (): void => {
    this.theme = applyTheme(NEXT[this.theme]);
    try {
      localStorage.setItem(KEY, this.theme);
    } catch {
      // Not remembered, still applied.
    }
  };
}
