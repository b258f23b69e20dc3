import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { plain } from "../format/text.js";
import { shared } from "../ui/styles.js";
import type { DiffEvent, PreviewEvent } from "./events.js";
import "./diff.js";
import type { DiffElement } from "./diff.js";
import "./preview.js";
import type { PreviewElement } from "./preview.js";

/** A dialogue over the page that shows one file or a comparison; where there is little room, it is all of the screen. */
@customElement("layerglass-preview-dialog")
export class PreviewDialogElement extends LitElement {
  static override styles = [
    shared,
    css`
      dialog { width: min(80rem, 100vw - 3rem); height: min(60rem, 100dvh - 3rem); max-width: none; max-height: none; padding: 0; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); color: var(--text); box-shadow: var(--shadow); overflow: hidden; }
      dialog::backdrop { background: rgb(0 0 0 / 45%); }
      @media (max-width: 48rem), (max-height: 30rem) {
        dialog { width: 100vw; height: 100dvh; border: 0; border-radius: 0; }
      }
    `,
  ];

  @property({ attribute: false }) preview?: PreviewEvent;
  @property({ attribute: false }) diff?: DiffEvent;
  @query("dialog") private dialog!: HTMLDialogElement;
  @query("layerglass-preview, layerglass-diff") private shown!: PreviewElement | DiffElement;

  protected override firstUpdated(): void {
    this.dialog.showModal();
    // Browsers do not look for something to focus inside other elements.
    void this.shown.updateComplete.then(() => this.shown.focus());
  }

  override render(): TemplateResult {
    const { preview, diff } = this;
    return html`<dialog aria-label=${preview ? `Preview of ${plain(preview.source.path, 300)}` : `Comparison of ${plain(diff?.after.path ?? "", 300)}`} @close=${this.closed}>
      ${preview ? html`<layerglass-preview .source=${preview.source} .save=${preview.save} @layerglass-close=${() => this.dialog.close()}></layerglass-preview>` : nothing}
      ${diff ? html`<layerglass-diff .earlier=${diff.before} .later=${diff.after} @layerglass-close=${() => this.dialog.close()}></layerglass-diff>` : nothing}
    </dialog>`;
  }

  private readonly closed = (): void => {
    this.dispatchEvent(new Event("layerglass-close"));
  };
}
