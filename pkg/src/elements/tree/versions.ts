import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ErrorData } from "../../archive.js";
import { errorAdvice, errorData } from "../format/error.js";
import { fileName } from "../format/file-name.js";
import { exactSize, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { exactSeconds, shortSeconds } from "../format/time.js";
import { fileBytes } from "../preview/bytes.js";
import { contents, type FileVersion } from "../preview/contents.js";
import { DiffEvent, PreviewEvent } from "../preview/events.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { LayerEvent, SaveEvent } from "../views/events.js";
import { KIND } from "./describe.js";
import { history, type Step } from "./history.js";

/** Versions up to this size are read to tell whether they are the same, where the scan did not tell; 1 MiB. */
const READ_BYTES = 1 << 20;
/** So many versions are read for that. */
const READ_VERSIONS = 20;

/** What each layer did to one path, on request: layers keep what layers above them replace and remove. */
@customElement("layerglass-versions")
export class VersionsElement extends LitElement {
  static override styles = [
    shared,
    css`
      ol { display: grid; gap: 0.6rem; margin-top: 0.6rem; }
      li { padding: 0.5rem 0.6rem 0.55rem; border: 1px solid var(--line); border-radius: var(--radius-small); font-size: 0.875rem; }
      li.chosen { border-color: var(--accent); background: var(--accent-soft); }
      .link { border: 0; padding: 0; min-height: 1.5rem; background: none; color: var(--accent); cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
      .link:hover { color: var(--accent-strong); }
      .head { display: flex; flex-wrap: wrap; gap: 0.1rem 0.5rem; align-items: baseline; }
      .head .num { margin-inline-start: auto; color: var(--muted); font-size: var(--small); }
      .what { font-weight: 600; }
      .what.deleted { color: var(--bad); } .what.added { color: var(--ok); } .what.modified { color: var(--warn); }
      .aspects { margin-top: 0.15rem; font-size: var(--small); overflow-wrap: anywhere; }
      .buttons { display: flex; flex-wrap: wrap; gap: 0.3rem; margin-top: 0.4rem; }
      p { margin-top: 0.4rem; font-size: var(--small); }
      .bad { color: var(--bad); }
      @media (forced-colors: active) { li.chosen { outline: 2px solid Highlight; } }
    `,
  ];

  @property({ attribute: false }) archive?: Archive;
  @property({ attribute: false }) image = 0;
  @property({ attribute: false }) path = "";
  @property({ attribute: false }) name = "";
  @state() private steps: readonly Step[] | undefined;
  @state() private error: ErrorData | undefined;
  /** The version that the next chosen one is compared with. */
  @state() private chosen: FileVersion | undefined;
  /** What reading told of contents that the scan did not tell of. */
  @state() private same: ReadonlyMap<FileVersion, boolean> = new Map();
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
    return html`<button type="button" class="button slim" aria-expanded=${this.work !== undefined} @click=${this.toggle}>${ICONS.layers} All versions</button>
      <div role="status">${this.content()}</div>`;
  }

  private content(): TemplateResult | typeof nothing {
    if (this.error)
      return html`<p class="bad" role="alert">${shown(this.error.message, 500)} ${errorAdvice(this.error)}</p>`;
    if (!this.work) return nothing;
    const { steps, chosen } = this;
    if (!steps) return html`<p class="muted">Looking through the layers…</p>`;
    return html`${chosen ? html`<p>Choose what layer ${chosen.layer + 1} wrote is compared with. <button type="button" class="link" @click=${() => this.choose(undefined)}>Do not compare</button></p>` : nothing}
      <ol aria-label="Versions, the lowest layer first">${this.portions.of("versions", steps).map((step) => this.step(step))}</ol>
      ${this.portions.button("versions", steps)}`;
  }

  private step(step: Step): TemplateResult {
    const { version, word, deleted } = step;
    const { kind, size, mtime, source } = version;
    const look = { deleted: "deleted", added: "added", modified: "modified" }[word] ?? "";
    return html`<li class=${version === this.chosen ? "chosen" : ""}>
      <div class="head">
        <button type="button" class="link" @click=${() => this.dispatchEvent(new LayerEvent(version.layer))}>layer ${version.layer + 1}</button>
        <span class="what ${look}">${word}</span>
        ${kind === undefined || kind === "file" ? nothing : html`<span>a ${KIND[kind]}</span>`}
        ${kind === "file" ? html`<span class="num" title=${exactSize(size)}>${humanSize(size)}</span>` : nothing}
      </div>
      ${this.aspects(step)}
      ${kind === undefined ? nothing : html`<div class="aspects muted num" title=${exactSeconds(mtime)}>modified ${shortSeconds(mtime)} UTC</div>`}
      ${source ? this.buttons(step) : nothing}
      ${deleted ? this.recovery(deleted) : nothing}
    </li>`;
  }

  private aspects(step: Step): TemplateResult | typeof nothing {
    const { version, aspects, earlier, until } = step;
    const same = step.sameContents ?? this.same.get(version);
    const words = [...aspects];
    if (earlier)
      words.push(
        same === undefined ? "contents of the same size" : same ? "the same contents" : "other contents",
      );
    if (version.overwritten) words.push("written over by the same layer");
    else if (until?.kind === undefined && until) words.push(`until layer ${until.layer + 1} deletes it`);
    return words.length === 0 ? nothing : html`<div class="aspects">${words.join("; ")}</div>`;
  }

  private buttons({ version, earlier }: Step): TemplateResult {
    const { chosen } = this;
    const of = html`<span class="unseen"> ${plain(this.name, 200)} of layer ${version.layer + 1}</span>`;
    const compare =
      chosen && chosen !== version
        ? html`<button type="button" class="button slim" @click=${() => this.compare(chosen, version)}>${ICONS.compare} Compare with this${of}</button>`
        : html`<button type="button" class="button slim" aria-pressed=${chosen === version} @click=${() => this.choose(chosen === version ? undefined : version)}>Compare…${of}</button>`;
    const files = (this.steps ?? []).filter((step) => step.version.source).length;
    return html`<div class="buttons">
      <button type="button" class="button slim" @click=${() => this.preview(version)}>${ICONS.eye} Preview${of}</button>
      <button type="button" class="button slim" @click=${() => this.save(version)}>${ICONS.save} Save${of}</button>
      ${earlier && !chosen ? html`<button type="button" class="button slim" @click=${() => this.compare(earlier, version)}>What changed${of}</button>` : nothing}
      ${files > 1 ? compare : nothing}
    </div>`;
  }

  /** What a layer deletes is still in the layers below it, for whoever has the image. */
  private recovery(deleted: FileVersion): TemplateResult {
    const of = html`<span class="unseen">, ${plain(this.name, 200)} that layer ${deleted.layer + 1} wrote</span>`;
    return html`<p>Containers do not see it any more, but the image still holds what layer ${deleted.layer + 1} wrote, ${humanSize(deleted.size)}.</p>
      <div class="buttons">
        <button type="button" class="button slim" @click=${() => this.preview(deleted)}>${ICONS.eye} Preview the deleted file${of}</button>
        <button type="button" class="button slim" @click=${() => this.save(deleted)}>${ICONS.save} Recover${of}</button>
      </div>`;
  }

  private source(version: FileVersion) {
    const { archive, image, path } = this;
    const step = this.steps?.find((each) => each.version === version);
    const end =
      step?.until?.kind === undefined && step?.until ? `; layer ${step.until.layer + 1} deletes it` : "";
    return (
      archive && fileBytes(archive, { image, path, version }, `as layer ${version.layer + 1} wrote it${end}`)
    );
  }

  private saveEvent(version: FileVersion): SaveEvent {
    const { image, path, name } = this;
    return new SaveEvent({ kind: "version", image, path, version }, fileName(name));
  }

  private preview(version: FileVersion): void {
    const source = this.source(version);
    if (source) this.dispatchEvent(new PreviewEvent(source, () => this.saveEvent(version)));
  }

  private save(version: FileVersion): void {
    this.dispatchEvent(this.saveEvent(version));
  }

  private choose(version: FileVersion | undefined): void {
    this.chosen = version;
  }

  /** The lower of two versions is what it was, the upper one what it became. */
  private compare(one: FileVersion, two: FileVersion): void {
    const order = (this.steps ?? []).map(({ version }) => version);
    const [before, after] = order.indexOf(one) < order.indexOf(two) ? [one, two] : [two, one];
    const [left, right] = [this.source(before), this.source(after)];
    this.chosen = undefined;
    if (left && right) this.dispatchEvent(new DiffEvent(left, right));
  }

  private forget(): void {
    this.work?.abort();
    this.work = undefined;
    this.steps = undefined;
    this.error = undefined;
    this.chosen = undefined;
    this.same = new Map();
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
      const { fileVersions } = await contents();
      const found = await fileVersions(archive, image, path, { signal: work.signal });
      if (work !== this.work) return;
      this.steps = history(found);
      await this.readSame(archive, this.steps, work);
    } catch (thrown) {
      if (work === this.work) this.error = errorData(thrown);
    }
  };

  /** Reads small versions of one size, to tell whether they are the same. */
  private async readSame(archive: Archive, steps: readonly Step[], work: AbortController): Promise<void> {
    const { image, path } = this;
    const untold = steps.filter(
      ({ version, earlier, sameContents }) =>
        earlier && sameContents === undefined && version.size <= READ_BYTES,
    );
    for (const { version, earlier } of untold.slice(0, READ_VERSIONS)) {
      if (!earlier) continue;
      const read = async (version: FileVersion) =>
        (await fileBytes(archive, { image, path, version }).read(READ_BYTES, work.signal)).bytes;
      const [one, two] = [await read(earlier), await read(version)];
      if (work !== this.work) return;
      const isSame = one.length === two.length && one.every((byte, at) => byte === two[at]);
      this.same = new Map(this.same).set(version, isSame);
    }
  }
}
