import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ErrorData } from "../../archive.js";
import { errorAdvice, errorData } from "../format/error.js";
import { prettyJson } from "../format/json.js";
import { exactSize, groupDigits } from "../format/size.js";
import "../ui/copy.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";

/** So much of a document is shown; whole configs are a few kilobytes. */
const MOST_BYTES = 200_000;

/** Lines are moved in by so many signs at most. */
const DEEPEST = 24;

type Which = "config" | "manifest";

const NAMES: Readonly<Record<Which, string>> = { config: "Config", manifest: "Manifest" };

/** An image's config or manifest: the stored JSON, laid out for reading or to the byte. */
@customElement("layerglass-raw")
export class RawElement extends LitElement {
  static override styles = [
    shared,
    card,
    css`
      :host { display: grid; grid-template-rows: minmax(0, 1fr); min-width: 0; }
      section { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; min-height: 0; }
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.5rem; padding: 0.55rem 0.7rem; border-bottom: 1px solid var(--line); }
      .switch { display: inline-flex; margin-inline-end: auto; padding: 2px; border-radius: var(--radius-small); background: var(--sunken); }
      .switch button { min-height: 1.75rem; padding: 0 0.7rem; border: 0; border-radius: 4px; background: none; color: var(--muted); font-size: var(--small); font-weight: 500; cursor: pointer; }
      .switch button[aria-pressed="true"] { background: var(--raised); color: var(--text); box-shadow: 0 1px 2px rgb(0 0 0 / 15%); }
      label { display: inline-flex; align-items: center; gap: 0.35rem; min-height: 1.75rem; font-size: var(--small); color: var(--muted); cursor: pointer; }
      label input { margin: 0; }
      pre { margin: 0; padding: 0.8rem 1rem; overflow: auto; max-height: var(--most, 28rem); font: var(--tiny)/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
      pre:focus-visible { outline-offset: -2px; }
      pre span { display: block; padding-inline-start: calc(var(--in, 0) * 1ch + 2ch); text-indent: -2ch; }
      p { padding: 0.35rem 1rem; border-top: 1px solid var(--line); }
      .bad { color: var(--bad); overflow-wrap: anywhere; }
      @media (forced-colors: active) { .switch button[aria-pressed="true"] { outline: 2px solid Highlight; } }
    `,
  ];

  @property({ attribute: false }) archive?: Archive;
  @property({ attribute: false }) image = 0;
  /** Is there a config? */
  @property({ attribute: false }) config = true;
  /** Is there a manifest? Older archives have none. */
  @property({ attribute: false }) manifest = true;
  @state() private which: Which = "config";
  @state() private exact = false;
  @state() private bytes: Uint8Array | undefined;
  @state() private error: ErrorData | undefined;
  private readonly portions = new Portions(this, 1000);
  /** The document line by line, laid out. */
  private lines: readonly string[] = [];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("image") || changed.has("archive") || changed.has("config") || changed.has("manifest"))
      void this.read(this[this.which] ? this.which : this.config ? "config" : "manifest");
    if (changed.has("bytes")) {
      this.portions.reset();
      this.lines = this.bytes ? prettyJson(text(this.bytes.subarray(0, MOST_BYTES))).split("\n") : [];
    }
  }

  override render() {
    const { which, bytes, exact } = this;
    return html`<section class="card" aria-label="JSON as stored">
      <header>
        <div class="switch" role="group" aria-label="Which document">${this.config ? this.button("config") : nothing}${this.manifest ? this.button("manifest") : nothing}</div>
        <label><input type="checkbox" .checked=${exact} @change=${() => {
          this.exact = !this.exact;
        }}>as stored</label>
        <layerglass-copy .text=${() => (this.bytes ? text(this.bytes) : "")}></layerglass-copy>
      </header>
      ${this.error ? html`<p class="bad" role="alert">${shown(this.error.message, 500)} ${errorAdvice(this.error)}</p>` : nothing}
      <pre tabindex="0" role="region" aria-busy=${!bytes && !this.error} aria-label=${`${NAMES[which]} of the image`}>${bytes ? this.contents(bytes) : nothing}</pre>
      ${bytes ? html`<p class="muted small">${exactSize(bytes.length)}${bytes.length > MOST_BYTES ? `, of which ${groupDigits(MOST_BYTES)} are shown` : ""} ${exact ? nothing : this.portions.button("lines", this.lines)}</p>` : nothing}
    </section>`;
  }

  /** To the byte; or each line moved in as far as its own first spaces, so that what wraps stays below it. */
  private contents(bytes: Uint8Array) {
    if (this.exact) return shown(text(bytes.subarray(0, MOST_BYTES)), MOST_BYTES);
    return this.portions.of("lines", this.lines).map((line) => {
      const inward = line.length - line.trimStart().length;
      return html`<span .style=${`--in: ${Math.min(inward, DEEPEST)}`}>${shown(line.slice(inward), MOST_BYTES)}</span>`;
    });
  }

  private button(which: Which) {
    return html`<button type="button" aria-pressed=${this.which === which} @click=${() => this.read(which)}>${NAMES[which]}</button>`;
  }

  private async read(which: Which): Promise<void> {
    const { archive, image } = this;
    this.which = which;
    this.bytes = undefined;
    this.error = undefined;
    if (!archive) return;
    const wanted = () => this.which === which && this.image === image && this.archive === archive;
    try {
      const bytes = await (which === "config" ? archive.rawConfig(image) : archive.rawManifest(image));
      if (wanted()) this.bytes = bytes;
    } catch (thrown) {
      if (wanted()) this.error = errorData(thrown);
    }
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
