import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ErrorData } from "../../archive.js";
import type { FileVersion } from "../../transfer.js";
import { errorData } from "../format/error.js";
import { fileName } from "../format/file-name.js";
import { exactSize, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { LayerEvent, SaveEvent } from "../views/events.js";

/** What each layer did to one path, on request: layers keep what layers above them replace and remove. */
@customElement("layerglass-versions")
export class VersionsElement extends LitElement {
  static override styles = [
    shared,
    css`
      ol { display: grid; gap: 0.4rem; margin-top: 0.5rem; }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.1rem 0.6rem; font-size: 0.875rem; }
      .link { border: 0; padding: 0; min-height: 1.5rem; background: none; color: var(--accent); cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
      .link:hover { color: var(--accent-strong); }
      .what { flex: 1 1 6rem; min-width: 0; }
      p { margin-top: 0.5rem; font-size: var(--small); }
      .bad { color: var(--bad); }
    `,
  ];

  @property({ attribute: false }) archive?: Archive;
  @property({ attribute: false }) image = 0;
  @property({ attribute: false }) path = "";
  @property({ attribute: false }) name = "";
  @state() private found: readonly FileVersion[] | undefined;
  @state() private error: ErrorData | undefined;
  private work: AbortController | undefined;
  private readonly portions = new Portions(this, 20);

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("archive") || changed.has("image") || changed.has("path")) this.forget();
  }

  override render() {
    return html`<button type="button" class="button slim" aria-expanded=${this.work !== undefined} @click=${this.toggle}>All versions</button>
      <div role="status">${this.content()}</div>`;
  }

  private content(): TemplateResult | typeof nothing {
    if (this.error) return html`<p class="bad">${shown(this.error.message, 500)}</p>`;
    if (!this.work) return nothing;
    const { found } = this;
    if (!found) return html`<p class="muted">Looking through the layers…</p>`;
    return html`<ol aria-label="Versions, the lowest layer first">${this.portions.of("versions", found).map((version) => this.version(version))}</ol>
      ${this.portions.button("versions", found)}`;
  }

  private version(version: FileVersion): TemplateResult {
    const { layer, change, kind, size, overwritten, source } = version;
    const what = kind === undefined ? "removed" : change === "unchanged" ? "there" : change;
    return html`<li>
      <button type="button" class="link" @click=${() => this.dispatchEvent(new LayerEvent(layer))}>layer ${layer + 1}</button>
      <span class="what">${what}${kind === undefined || kind === "file" ? nothing : html`, a ${kind}`}${kind === "file" ? html`, <span class="num" title=${exactSize(size)}>${humanSize(size)}</span>` : nothing}${overwritten ? html`<span class="muted">, written over by the same layer</span>` : nothing}</span>
      ${source ? html`<button type="button" class="button slim" @click=${() => this.save(version)}>${ICONS.save} Save<span class="unseen"> ${plain(this.name, 200)} of layer ${layer + 1}</span></button>` : nothing}
    </li>`;
  }

  private save(version: FileVersion): void {
    const { image, path, name } = this;
    this.dispatchEvent(new SaveEvent({ kind: "version", image, path, version }, fileName(name)));
  }

  private forget(): void {
    this.work?.abort();
    this.work = undefined;
    this.found = undefined;
    this.error = undefined;
    this.portions.reset();
  }

  private readonly toggle = async (): Promise<void> => {
    const { archive, image, path } = this;
    const wasOpen = this.work !== undefined;
    this.forget();
    this.requestUpdate();
    if (wasOpen || !archive) return;
    const work = new AbortController();
    this.work = work;
    try {
      const { fileVersions } = await import("../../transfer.js");
      const found = await fileVersions(archive, image, path, { signal: work.signal });
      if (work === this.work) this.found = found;
    } catch (thrown) {
      if (work === this.work) this.error = errorData(thrown);
    }
  };
}
