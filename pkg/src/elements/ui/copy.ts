import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ICONS } from "./icons.js";
import { shared } from "./styles.js";

/** How long it is told that something was copied, in milliseconds. */
const TOLD = 1500;

/** A button that copies a text, and tells whether it could. */
@customElement("layerglass-copy")
export class CopyElement extends LitElement {
  static override styles = [shared, css`:host { display: inline-flex; } .done .icon { color: var(--ok); }`];

  /** What is written on it. */
  @property() label = "Copy";
  /** The text, or what makes it when it is wanted. */
  @property({ attribute: false }) text: string | (() => string | Promise<string>) = "";
  /** The sign before the words. */
  @property({ attribute: false }) icon: TemplateResult = ICONS.copy;
  @state() private copied: "no" | "yes" | "refused" = "no";

  override render() {
    const words = { no: this.label, yes: "Copied", refused: "The browser does not allow it" }[this.copied];
    return html`<button type="button" class="button slim ${this.copied === "yes" ? "done" : ""}" @click=${this.copy}>
      ${this.copied === "yes" ? ICONS.check : this.icon}<span aria-live="polite">${words}</span>
    </button>`;
  }

  /** Does what a click does. */
  press(): void {
    void this.copy();
  }

  private readonly copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof this.text === "string" ? this.text : await this.text());
      this.copied = "yes";
    } catch {
      this.copied = "refused";
    }
    setTimeout(() => {
      this.copied = "no";
    }, TOLD);
  };
}
