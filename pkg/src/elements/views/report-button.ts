import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ArchiveData, ImageData } from "../../archive.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import type { ReportFormElement } from "./report-form.js";

/** The way to a report on the opened file. Its dialog is loaded when it is first asked for. */
@customElement("layerglass-report-button")
export class ReportButtonElement extends LitElement {
  static override styles = shared;

  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  /** What the opened file is called. */
  @property({ attribute: false }) name = "";
  @state() private loaded = false;
  @query("layerglass-report-form") private form?: ReportFormElement;

  override render() {
    return html`<button type="button" class="button slim" @click=${this.open}>${ICONS.file} Report…</button>${
      this.loaded
        ? html`<layerglass-report-form .data=${this.data} .image=${this.image} .name=${this.name}></layerglass-report-form>`
        : nothing
    }`;
  }

  private readonly open = async (): Promise<void> => {
    await import("./report-form.js");
    this.loaded = true;
    await this.updateComplete;
    await this.form?.open();
  };
}
