import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Check } from "../../archive.js";
import { ICONS } from "./icons.js";
import { shared } from "./styles.js";

const WORDS = {
  match: { icon: ICONS.check, short: "matches", long: "Recomputed from the bytes, and the same as declared" },
  mismatch: {
    icon: ICONS.cross,
    short: "does not match",
    long: "Recomputed from the bytes, and different from what is declared",
  },
  failed: { icon: ICONS.error, short: "could not be read", long: "The bytes could not be read to their end" },
  pending: {
    icon: ICONS.pending,
    short: "not yet checked",
    long: "Not recomputed yet: known when the layer is scanned",
  },
  undeclared: {
    icon: ICONS.dash,
    short: "nothing declared",
    long: "The file declares no value to compare with",
  },
  absent: {
    icon: ICONS.dash,
    short: "not in the file",
    long: "The bytes are not in this file, so nothing can be recomputed",
  },
} as const;

/** Whether a recomputed digest is the declared one, or why that is not known: a sign, and words where there is room. */
@customElement("layerglass-check")
export class CheckElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: inline-flex; }
      span.mark { display: inline-flex; align-items: center; gap: 0.3em; white-space: nowrap; font-size: var(--small); }
      .match { color: var(--ok); }
      .mismatch, .failed { color: var(--bad); font-weight: 600; }
      .pending, .undeclared, .absent { color: var(--muted); }
    `,
  ];

  @property({ attribute: false }) state: Check["state"] | "failed" = "pending";
  /** Shows the words too, not only the sign. */
  @property({ type: Boolean }) words = false;

  override render() {
    const { icon, short, long } = WORDS[this.state];
    return html`<span class="mark ${this.state}" title=${long}>${icon}<span class=${this.words ? "" : "unseen"}>${short}</span></span>`;
  }
}
