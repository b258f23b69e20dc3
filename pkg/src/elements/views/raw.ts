import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ErrorData } from "../../archive.js";
import { errorData } from "../format/error.js";
import { count, exactSize } from "../format/size.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";

/** So much of a document is shown; whole configs are a few kilobytes. */
const MOST_BYTES = 200_000;

/** The exact bytes of an image's config or manifest, as text, on request. */
@customElement("layerglass-raw")
export class RawElement extends LitElement {
  static override styles = [
    shared,
    card,
    css`
      div { display: flex; flex-wrap: wrap; gap: 0.5rem; }
      pre { margin: 0.75rem 0 0; padding: 0.9rem 1.1rem; overflow: auto; max-height: 28rem; font: var(--small)/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
      p { margin-top: 0.5rem; }
      .bad { color: var(--bad); }
    `,
  ];

  @property({ attribute: false }) archive?: Archive;
  @property({ attribute: false }) image = 0;
  @property({ attribute: false }) config = true;
  @state() private open: "config" | "manifest" | undefined;
  @state() private bytes: Uint8Array | undefined;
  @state() private error: ErrorData | undefined;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("image") || changed.has("archive")) {
      this.open = undefined;
      this.bytes = undefined;
      this.error = undefined;
    }
  }

  override render() {
    return html`<div>
        ${this.config ? this.button("config", "Config as stored") : nothing}
        ${this.button("manifest", "Manifest as stored")}
      </div>
      ${this.error ? html`<p class="bad">${shown(this.error.message, 500)}</p>` : nothing}
      ${
        this.bytes
          ? html`<pre class="card" tabindex="0" aria-label=${`The ${this.open} as stored`}>${shown(new TextDecoder().decode(this.bytes.subarray(0, MOST_BYTES)), MOST_BYTES)}</pre>
        <p class="muted small">${exactSize(this.bytes.length)}${this.bytes.length > MOST_BYTES ? `, of which ${count(MOST_BYTES, "byte")} are shown` : ""}</p>`
          : nothing
      }`;
  }

  private button(which: "config" | "manifest", name: string) {
    return html`<button type="button" class="button slim" aria-expanded=${this.open === which} @click=${() => this.toggle(which)}>${name}</button>`;
  }

  private async toggle(which: "config" | "manifest"): Promise<void> {
    const { archive, image } = this;
    this.bytes = undefined;
    this.error = undefined;
    this.open = this.open === which ? undefined : which;
    if (!this.open || !archive) return;
    try {
      const bytes = await (which === "config" ? archive.rawConfig(image) : archive.rawManifest(image));
      if (this.open === which && this.image === image) this.bytes = bytes;
    } catch (thrown) {
      if (this.open === which && this.image === image) this.error = errorData(thrown);
    }
  }
}
