import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ErrorData } from "../../archive.js";
import { errorData } from "../format/error.js";
import { count, exactSize, groupDigits, humanSize } from "../format/size.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import type { SaveEvent } from "../views/events.js";
import type { ByteSource } from "./bytes.js";
import "./hex.js";
import "./json.js";
import type { JsonElement } from "./json.js";
import type { FileKind } from "./kind.js";
import { PREVIEW_LIMITS } from "./limits.js";
import { type Loaded, load, type View } from "./loaded.js";
import "./picture.js";
import { previewStyles } from "./preview.styles.js";
import { RowsElement } from "./rows.js";
import "./text.js";
import type { TextElement } from "./text.js";

const VIEWS: Readonly<Record<View, string>> = {
  summary: "Summary",
  picture: "Picture",
  json: "JSON",
  text: "Text",
  hex: "Hex",
};

const ENDS = { LF: "", CRLF: "lines end with CRLF", mixed: "lines end with LF and CRLF", none: "" } as const;

/** Below this width, in CSS pixels, rows of sixteen bytes do not fit. */
const NARROW = 640;

/**
 * What is in a file: text, JSON, a picture, a summary of a program or of certificates, or bytes. Nothing of it is markup to the
 * page, and nothing of it runs. Tells `layerglass-close` when it is to be closed.
 */
@customElement("layerglass-preview")
export class PreviewElement extends LitElement {
  static override styles = [shared, emptyStyles, previewStyles];

  /** What is shown. */
  @property({ attribute: false }) source?: ByteSource;
  /** What saves it; without it there is no button for that. */
  @property({ attribute: false }) save?: () => SaveEvent;
  @state() private loaded: Loaded | undefined;
  @state() private error: ErrorData | undefined;
  @state() private view: View = "text";
  @state() private wrap = true;
  @state() private word = "";
  @state() private isNarrow = false;
  /** Bytes that have come of a file that is being read. */
  @state() private read = 0;
  @query("layerglass-text") private textElement?: TextElement;
  @query("layerglass-json") private jsonElement?: JsonElement;
  private work: AbortController | undefined;
  private most = 0;
  private readonly resize = new ResizeObserver(() => {
    this.isNarrow = this.clientWidth < NARROW;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
    if (this.hasUpdated) this.requestUpdate("source", undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
    this.work?.abort();
    this.loaded = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("source")) return;
    this.loaded = undefined;
    this.word = "";
    this.most = PREVIEW_LIMITS.headBytes;
    void this.load(true);
  }

  private async load(isNew: boolean): Promise<void> {
    this.work?.abort();
    this.error = undefined;
    this.read = 0;
    const { source } = this;
    if (!source) return;
    const work = new AbortController();
    this.work = work;
    try {
      const loaded = await load(source, this.most, work.signal, (bytes) => {
        if (this.work === work) this.read = bytes;
      });
      if (this.work !== work) return;
      this.loaded = loaded;
      if (isNew || !loaded.views.includes(this.view)) this.view = loaded.views[0] ?? "hex";
      if (loaded.views.includes("summary")) await import("./summary.js");
      if (isNew) await this.focusContents();
    } catch (thrown) {
      if (this.work === work) this.error = errorData(thrown);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { source, loaded } = this;
    if (!source) return nothing;
    const name = source.path.split("/").at(-1) ?? "";
    return html`<header>
        <button type="button" class="button quiet square slim back" title="Back" @click=${this.close}>${ICONS.back}<span class="unseen">Back</span></button>
        <div>
          <h2 id="title">${shown(name, 300)}</h2>
          <p class="of"><span class="mono">${shown(`/${source.path}`, 1000)}</span>, ${source.label}${loaded ? html`, <span class="num" title=${exactSize(loaded.size)}>${humanSize(loaded.size)}</span>` : nothing}</p>
        </div>
        <button type="button" class="button quiet square slim cross" title="Close" @click=${this.close}>${ICONS.cross}<span class="unseen">Close</span></button>
      </header>
      <div class="bar">${loaded ? this.bar(loaded) : nothing}</div>
      <div class="body">${this.body(name)}</div>
      <footer>${loaded ? this.foot(loaded) : nothing}</footer>`;
  }

  private bar(loaded: Loaded): TemplateResult {
    const { view } = this;
    return html`${
      loaded.views.length > 1
        ? html`<div class="switch" role="group" aria-label="How it is shown">${loaded.views.map(
            (each) =>
              html`<button type="button" aria-pressed=${each === view} @click=${() => {
                this.view = each;
              }}>${VIEWS[each]}</button>`,
          )}</div>`
        : nothing
    }
      ${view === "text" && loaded.text ? this.textTools() : nothing}
      ${
        view === "json"
          ? html`<button type="button" class="button quiet slim" @click=${() => this.jsonElement?.foldAll(true)}>Fold all</button>
        <button type="button" class="button quiet slim" @click=${() => this.jsonElement?.foldAll(false)}>Open all</button>`
          : nothing
      }
      ${this.save ? html`<button type="button" class="button slim end" @click=${this.saveIt}>${ICONS.save} Save</button>` : nothing}`;
  }

  private textTools(): TemplateResult {
    const found = this.textElement?.found;
    return html`<button type="button" class="button quiet slim toggle" aria-pressed=${this.wrap} @click=${() => {
      this.wrap = !this.wrap;
    }}>Wrap lines</button>
      <label class="search">${ICONS.search}<span class="unseen">Find in the text</span>
        <input type="search" placeholder="Find in the text" autocomplete="off" spellcheck="false" maxlength="1000" .value=${this.word} @input=${this.typed} @keydown=${this.findKey}>
      </label>
      <span class="places num" role="status">${this.word === "" || !found ? nothing : found.count === 0 ? "Not found" : `${groupDigits(found.at)} of ${groupDigits(found.count)}${found.isCut ? " or more" : ""}`}</span>`;
  }

  private body(name: string): TemplateResult {
    const { error, loaded, view, source } = this;
    if (error)
      return empty(
        ICONS.error,
        "This file cannot be read",
        shown(error.message, 500),
        html`<button type="button" class="button" @click=${() => this.load(true)}>Try again</button>`,
      );
    if (!loaded || !source)
      return empty(
        ICONS.pending,
        "One moment",
        html`The file is being read${this.read > 0 ? html`: <span class="num">${humanSize(this.read)}</span>` : nothing}.`,
      );
    if (loaded.views.length === 0)
      return empty(ICONS.file, "This file is empty", "It has a name, but no contents.");
    switch (view) {
      case "picture":
        return html`<layerglass-picture .bytes=${loaded.bytes} .type=${loaded.kind.kind === "image" ? loaded.kind.type : "image/png"} .name=${name}></layerglass-picture>`;
      case "json":
        return html`<layerglass-json label="JSON" .lines=${loaded.json ?? []}></layerglass-json>`;
      case "text":
        return html`<layerglass-text label="Text" .text=${loaded.text?.text ?? ""} .path=${source.path} .find=${this.word} ?wrap=${this.wrap} @layerglass-found=${() => this.requestUpdate()}></layerglass-text>`;
      case "summary":
        return html`<layerglass-summary class="sheet" role="region" tabindex="0" aria-label="Summary" .bytes=${loaded.bytes} .isWhole=${loaded.isWhole} .kind=${loaded.kind.kind}></layerglass-summary>`;
      case "hex":
        return html`<layerglass-hex label="Bytes" .bytes=${loaded.bytes.subarray(0, PREVIEW_LIMITS.shownBytes)} .columns=${this.isNarrow ? 8 : 16}></layerglass-hex>`;
    }
  }

  private foot(loaded: Loaded): TemplateResult {
    const { text, kind, note } = loaded;
    const rows = this.view === "text" ? this.textElement?.rows : undefined;
    return html`<span>${kindWords(kind)}</span>
      ${text ? html`<span>${text.encoding}</span>` : nothing}
      ${rows && rows.rows.length > 0 ? html`<span class="num">${count(rows.rows.at(-1)?.line ?? 0, "line")}</span>` : nothing}
      ${rows && ENDS[rows.ends] ? html`<span>${ENDS[rows.ends]}</span>` : nothing}
      ${rows?.isCut ? html`<span class="cut">There are more lines than are shown.</span>` : nothing}
      ${note ? html`<span>${note}</span>` : nothing}
      ${this.more(loaded)}`;
  }

  /** Says how much is shown, and offers more. */
  private more({ bytes, size, isWhole }: Loaded): TemplateResult | typeof nothing {
    const isShort = bytes.length > PREVIEW_LIMITS.shownBytes && (this.view === "text" || this.view === "hex");
    if (isWhole && !isShort) return nothing;
    const isMost = bytes.length >= PREVIEW_LIMITS.shownBytes;
    const first = Math.min(bytes.length, PREVIEW_LIMITS.shownBytes);
    return html`<span class="cut">Only the first <span class="num" title=${exactSize(first)}>${humanSize(first)}</span> of <span class="num" title=${exactSize(size)}>${humanSize(size)}</span> are shown.${isMost ? " Save the file to see the rest." : ""}</span>
      ${isMost ? nothing : html`<button type="button" class="button slim" @click=${this.showMore}>Show more</button>`}`;
  }

  private readonly showMore = (): void => {
    this.most = Math.min(this.most * PREVIEW_LIMITS.growth, PREVIEW_LIMITS.shownBytes);
    void this.load(false);
  };

  private readonly typed = (event: Event): void => {
    this.word = (event.target as HTMLInputElement).value;
  };

  private readonly findKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    void this.textElement?.go(event.shiftKey ? -1 : 1);
  };

  private readonly saveIt = (): void => {
    const { save } = this;
    if (save) this.dispatchEvent(save());
  };

  /** The button that closes it: the first thing there is. */
  override focus(): void {
    for (const button of this.renderRoot.querySelectorAll<HTMLElement>("header button"))
      if (button.offsetParent !== null) button.focus();
  }

  /** Once there is something to scroll, keys scroll it, unless the person has gone elsewhere meanwhile. */
  private async focusContents(): Promise<void> {
    await this.updateComplete;
    const { activeElement } = this.shadowRoot ?? {};
    const rows = this.renderRoot.querySelector(".body > *");
    if (activeElement?.closest("header") && rows instanceof RowsElement) await rows.focusRows();
  }

  private readonly close = (): void => {
    this.dispatchEvent(new Event("layerglass-close"));
  };
}

/** What a file is, in words. */
function kindWords(kind: FileKind): string {
  switch (kind.kind) {
    case "empty":
      return "Empty";
    case "text":
      return "Text";
    case "json":
      return "JSON";
    case "elf":
      return "A program or library (ELF)";
    case "certificate":
      return "Certificates (X.509)";
    case "image":
      return kind.type === "image/svg+xml"
        ? "A drawing (SVG)"
        : `A picture (${kind.type.slice(6).toUpperCase()})`;
    case "binary":
      return `It is ${kind.words}`;
  }
}
