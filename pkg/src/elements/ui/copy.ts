import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ICONS } from "./icons.js";
import { shared } from "./styles.js";

/** A button that copies text which is made when it is asked for. */
@customElement("layerglass-copy")
export class CopyElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: inline-flex; }
      .done .icon { color: var(--ok); }
      .failed .icon { color: var(--bad); }
    `,
  ];

  /** What the button says. */
  @property() label = "Copy";
  @property({ attribute: false }) text: () => string = () => "";
  @state() private told: "copied" | "failed" | undefined;

  override render() {
    const { told } = this;
    return html`<button type="button" class="button slim ${told === "copied" ? "done" : (told ?? "")}" @click=${this.copy}>
      ${told === "copied" ? ICONS.check : told === "failed" ? ICONS.cross : ICONS.copy} ${this.label}<span class="unseen" aria-live="polite">${told === "copied" ? ", copied" : told === "failed" ? ", not copied: the browser does not allow it" : ""}</span>
    </button>`;
  }

  private readonly copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.text());
      this.told = "copied";
    } catch {
      this.told = "failed";
    }
    setTimeout(() => {
      this.told = undefined;
    }, 1500);
  };
}
