import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shortDigest } from "../format/id.js";
import { plain } from "../format/text.js";
import { ICONS } from "./icons.js";
import { shared } from "./styles.js";
import { shown } from "./text.js";

/** An id cut in the middle, with its full text at hand and a button that copies it. */
@customElement("layerglass-id")
export class IdElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: inline-flex; align-items: center; gap: 0.15rem; min-width: 0; max-width: 100%; }
      code { font: 0.92em/1.4 var(--mono); overflow-wrap: anywhere; }
      button {
        flex: none;
        display: grid;
        place-items: center;
        width: 1.5rem;
        height: 1.5rem;
        border: 0;
        border-radius: var(--radius-small);
        background: none;
        color: var(--muted);
        cursor: pointer;
      }
      button:hover { background: var(--hover); color: var(--text); }
      .done { color: var(--ok); }
    `,
  ];

  /** The whole text. */
  @property() value = "";
  /** What it is, for the button's name: "diff id". */
  @property() what = "id";
  /** Shown whole, with breaks. */
  @property({ type: Boolean }) full = false;
  @state() private copied = false;

  override render() {
    const text = this.full ? this.value : shortDigest(this.value);
    return html`<code title=${plain(this.value)}>${shown(text, 300)}</code
      ><button type="button" class=${this.copied ? "done" : ""} @click=${this.copy} title=${`Copy ${this.what}`}>
        ${this.copied ? ICONS.check : ICONS.copy}<span class="unseen" aria-live="polite">${this.copied ? "Copied" : `Copy ${this.what}`}</span>
      </button>`;
  }

  private readonly copy = async (event: Event): Promise<void> => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(this.value);
    } catch {
      // Without permission for the clipboard the text can still be marked by hand: show all of it.
      this.full = true;
      return;
    }
    this.copied = true;
    setTimeout(() => {
      this.copied = false;
    }, 1500);
  };
}
