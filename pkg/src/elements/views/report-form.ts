import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ArchiveData, ImageData } from "../../archive.js";
import type { ReportFormat, ReportPart } from "../../report.js";
import { fileName, stem } from "../format/file-name.js";
import { count } from "../format/size.js";
import { plain } from "../format/text.js";
import { imageTitle } from "../model/checks.js";
import { dialogStyles } from "../ui/dialog.styles.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { SaveEvent } from "./events.js";

const FORMATS: Readonly<Record<ReportFormat, { name: string; hint: string; ending: string }>> = {
  html: {
    name: "HTML",
    hint: "one page to read, print and pass on; it loads nothing",
    ending: ".report.html",
  },
  markdown: { name: "Markdown", hint: "for issues, pull requests and wikis", ending: ".report.md" },
  json: { name: "JSON", hint: "everything, for programs", ending: ".report.json" },
  csv: { name: "CSV", hint: "all tables, for spreadsheets", ending: ".report.csv" },
};

const PARTS: Readonly<Record<ReportPart, string>> = {
  waste: "Waste",
  packages: "Packages",
  issues: "Findings",
  verification: "Verification",
};

/** The dialog in which a report on the opened file is asked for. */
@customElement("layerglass-report-form")
export class ReportFormElement extends LitElement {
  static override styles = [
    shared,
    dialogStyles,
    css`
      .parts { display: flex; flex-wrap: wrap; gap: 0.35rem 1.25rem; }
      .parts label { display: inline-flex; align-items: center; gap: 0.5rem; min-height: 1.5rem; cursor: pointer; }
      .parts input { margin: 0; }
    `,
  ];

  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  /** What the opened file is called. */
  @property({ attribute: false }) name = "";
  @state() private format: ReportFormat = "html";
  @state() private parts: ReadonlySet<ReportPart> = new Set(Object.keys(PARTS) as ReportPart[]);
  @state() private hide = true;
  @state() private all = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  /** Shows the dialog. */
  async open(): Promise<void> {
    this.all = false;
    await this.updateComplete;
    // So that the browser still takes the click that follows for one of the user's, when it asks for a place.
    void import("../../transfer.js").catch(() => {});
    this.dialog.showModal();
  }

  override render() {
    return html`<dialog aria-labelledby="title">
      <header><h2 id="title">Report…</h2>
        <button type="button" class="button quiet square slim" title="Close" @click=${this.close}>${ICONS.cross}<span class="unseen">Close</span></button>
      </header>
      <div class="fields">
        <fieldset><legend>Format</legend>
          ${Object.entries(FORMATS).map(([format, about]) => this.choice(format as ReportFormat, about))}
        </fieldset>
        <fieldset><legend>Beside names, config, layers and history</legend>
          <div class="parts">${Object.entries(PARTS).map(([part, name]) => this.partChoice(part as ReportPart, name))}</div>
        </fieldset>
        ${this.which()}
        <fieldset><legend>Secrets</legend>
          <div class="parts"><label><input type="checkbox" .checked=${this.hide} @change=${(event: Event) => {
            this.hide = (event.target as HTMLInputElement).checked;
          }}>Hide values of variables whose names tell that they are secrets</label></div>
        </fieldset>
        <p class="note">No bytes of the image’s files are in a report. Nothing leaves this computer.</p>
      </div>
      <footer>
        <button type="button" class="button" @click=${this.close}>Cancel</button>
        <button type="button" class="button primary" @click=${this.save}>Save</button>
      </footer>
    </dialog>`;
  }

  private choice(format: ReportFormat, { name, hint }: { name: string; hint: string }): TemplateResult {
    return html`<label class="choice">
      <input type="radio" name="format" value=${format} .checked=${this.format === format} @change=${() => {
        this.format = format;
      }}>
      <span>${name}</span><span class="hint">${hint}</span>
    </label>`;
  }

  private partChoice(part: ReportPart, name: string): TemplateResult {
    return html`<label><input type="checkbox" .checked=${this.parts.has(part)} @change=${(event: Event) => {
      const parts = new Set(this.parts);
      if ((event.target as HTMLInputElement).checked) parts.add(part);
      else parts.delete(part);
      this.parts = parts;
    }}>${name}</label>`;
  }

  private which(): TemplateResult | typeof nothing {
    const there = this.there();
    if (there.length < 2) return nothing;
    return html`<label class="field"><span>Images</span>
      <select @change=${(event: Event) => {
        this.all = (event.target as HTMLSelectElement).value === "all";
      }}>
        <option value="only" ?selected=${!this.all}>Only ${plain(this.called(), 100)}</option>
        <option value="all" ?selected=${this.all}>All ${count(there.length, "image")}</option>
      </select>
    </label>`;
  }

  /** The images that are in the file. */
  private there(): ImageData[] {
    return this.data.images.filter(
      ({ role, presence }) => presence !== "absent" && (role === "image" || role === "rootfs"),
    );
  }

  private called(): string {
    return this.image.familiarNames[0] ?? imageTitle(this.image);
  }

  private readonly close = (): void => this.dialog.close();

  private readonly save = (): void => {
    const { format, hide, all, parts } = this;
    this.dialog.close();
    const images = all ? this.there().map(({ index }) => index) : [this.image.index];
    const words = all || this.data.images.length === 1 ? stem(this.name) : this.called();
    const report = {
      format,
      images,
      parts: (Object.keys(PARTS) as ReportPart[]).filter((part) => parts.has(part)),
      secrets: hide ? ("hide" as const) : ("show" as const),
      time: new Date(),
    };
    this.dispatchEvent(new SaveEvent({ kind: "report", report }, fileName(words, FORMATS[format].ending)));
  };
}
