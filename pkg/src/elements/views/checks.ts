import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ErrorData, ImageData } from "../../archive.js";
import type { VerificationData } from "../../inspect/types.js";
import { errorData } from "../format/error.js";
import { count, exactSize, groupDigits, humanSize } from "../format/size.js";
import { findings, type PlacedFinding, uncounted } from "../model/checks.js";
import type { ScanState } from "../model/scan-state.js";
import { countStates, type VerifiedLine, verifiedLines } from "../model/verified.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { RevealEvent } from "./events.js";
import { findingCard, findingStyles } from "./finding.js";
import "./verified.js";

/** The report on a file: what it is, what is wrong or unusual in it, which platforms are missing, and every digest. */
@customElement("layerglass-checks")
export class ChecksElement extends LitElement {
  static override styles = [
    shared,
    card,
    findingStyles,
    css`
      :host { container-type: inline-size; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; align-content: start; }
      h2 { font-size: 1rem; margin-bottom: 0.6rem; }
      .verdict { display: flex; align-items: center; gap: 0.9rem; padding: 1rem 1.1rem; }
      .verdict .icon { flex: none; font-size: 1.6rem; }
      .verdict strong { display: block; font-size: 1.0625rem; font-weight: 600; }
      .verdict.ok { background: var(--ok-soft); border-color: transparent; } .verdict.ok .icon { color: var(--ok); }
      .verdict.bad { background: var(--bad-soft); border-color: transparent; } .verdict.bad .icon { color: var(--bad); }
      .verdict.wait .icon { color: var(--muted); }
      .about { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: 0.5rem 1.5rem; padding: 0.8rem 1.1rem; }
      .about dt { color: var(--muted); font-size: var(--small); }
      .about dd { overflow-wrap: anywhere; }
      .platforms { display: flex; flex-wrap: wrap; gap: 0.3rem; }
      .platforms li { padding: 0.1rem 0.7rem; border: 1px dashed var(--line-strong); border-radius: 99px; font-size: var(--small); overflow-wrap: anywhere; }
      .link { border: 0; padding: 0; background: none; color: var(--accent); font-size: inherit; cursor: pointer; text-decoration: underline; text-underline-offset: 2px; }
      .failed { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; color: var(--bad); font-size: var(--small); }
      .more { margin-top: 0.6rem; }
      .more:empty { display: none; }
    `,
  ];

  /** The opened file, for offsets and sizes of what is checked; without it the rest is told. */
  @property({ attribute: false }) archive?: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  /** The image whose layers can be gone to. */
  @property({ attribute: false }) image?: ImageData;
  @property({ attribute: false }) scan?: ScanState;
  @state() private verification: VerificationData | undefined;
  @state() private error: ErrorData | undefined;
  private readonly portions = new Portions(this, 60);
  private lines: readonly VerifiedLine[] = [];
  /** What the verification was made of. */
  #made: ArchiveData | undefined;
  #work = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#work.abort();
    this.#made = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("archive")) this.verification = undefined;
    // While layers are scanned, the archive's own checks are newer than any list that was put together before.
    if (this.scan?.state === "running") this.verification = undefined;
    else if (this.#made !== this.data && this.archive) void this.verify(this.archive);
    this.lines = verifiedLines(this.data, this.verification);
  }

  private readonly verify = async (archive: Archive): Promise<void> => {
    const { data } = this;
    this.#made = data;
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    this.error = undefined;
    try {
      const { verification } = await import("../../inspect.js");
      const made = await verification(archive, { signal });
      if (this.#made === data) this.verification = made;
    } catch (thrown) {
      if (this.#made === data && !signal.aborted) this.error = errorData(thrown);
    }
  };

  override render() {
    const { archive, data, error, lines } = this;
    const found = findings(data);
    const hidden = uncounted(data);
    const missing = this.verification?.missingPlatforms ?? [];
    return html`
      ${this.verdict(lines, found)}
      ${this.about()}
      ${
        missing.length > 0
          ? html`<section aria-label="Missing platforms">
        <h2>Platforms that are not in this file <span class="muted small num">${groupDigits(missing.length)}</span></h2>
        <ul class="platforms">${this.portions.of("missing", missing).map((platform) => html`<li>${shown(platform, 200)}</li>`)}</ul>
        <div class="more">${this.portions.button("missing", missing)}</div>
        <p class="muted small more">An index names them. Their manifests, configs and layers were not saved along.</p>
      </section>`
          : nothing
      }
      ${
        found.length > 0
          ? html`<section aria-label="What is unusual">
        <h2>What is unusual <span class="muted small num">${groupDigits(found.length)}</span></h2>
        <div class="findings">${this.portions.of("findings", found).map((each) => this.finding(each))}</div>
        <div class="more">${this.portions.button("findings", found)}</div>
        ${hidden > 0 ? html`<p class="muted small more">${count(hidden, "more finding was", "more findings were")} counted but not kept.</p>` : nothing}
      </section>`
          : nothing
      }
      ${error && archive ? html`<p class="failed" role="alert"><span>Offsets and sizes could not be listed: ${shown(error.message, 300)}</span><button type="button" class="button slim" @click=${() => this.verify(archive)}>Try again</button></p>` : nothing}
      <layerglass-verified .lines=${lines}></layerglass-verified>
      ${this.verification && Number(this.verification.moreItems) > 0 ? html`<p class="muted small">${count(this.verification.moreItems, "more digest was", "more digests were")} checked, but there are too many to list.</p>` : nothing}
    `;
  }

  /** What the file is. */
  private about(): TemplateResult {
    const { label, producer, size, compression, entries, images } = this.data;
    const absent = images.filter(({ presence }) => presence === "absent").length;
    return html`<dl class="card about" aria-label="What the file is">
      ${fact("What it is", shown(label, 200))}
      ${producer ? fact("Written by", shown(producer, 200)) : nothing}
      ${fact("Size", html`<span title=${exactSize(size)}>${humanSize(size)}</span>${compression === "none" ? nothing : html`, compressed with ${compression}`}`)}
      ${fact("Holds", html`${count(entries, "file")}, ${count(images.length - absent, "image")}${absent > 0 ? html`; ${groupDigits(absent)} only named` : nothing}`)}
    </dl>`;
  }

  private verdict(lines: readonly VerifiedLine[], found: readonly PlacedFinding[]): TemplateResult {
    const counts = countStates(lines);
    const errors = found.filter((each) => each.severity === "error").length;
    if (counts.mismatch > 0 || errors > 0) {
      const wrong = [
        counts.mismatch > 0 ? `${count(counts.mismatch, "digest does", "digests do")} not match` : "",
        errors > 0 ? `${count(errors, "error")} found` : "",
      ].filter((part) => part !== "");
      const rest = [
        `${count(counts.match, "digest matches", "digests match")}`,
        counts.failed > 0 ? `${count(counts.failed, "digest", "digests")} could not be computed` : "",
        counts.pending > 0 ? `${count(counts.pending, "digest is", "digests are")} not checked yet` : "",
      ].filter((part) => part !== "");
      return verdict("bad", ICONS.error, wrong.join(", "), `${rest.join(", ")}.`);
    }
    if (counts.pending > 0) {
      return verdict(
        "wait",
        ICONS.pending,
        `${groupDigits(counts.match)} of ${groupDigits(counts.match + counts.pending)} digests checked`,
        this.scan?.state === "running"
          ? "The layers are being scanned."
          : "Scan the layers to check the others.",
      );
    }
    if (counts.match === 0)
      return verdict("wait", ICONS.dash, "Nothing to compare with", "The file declares no digests.");
    return verdict(
      "ok",
      ICONS.shield,
      counts.match === 1
        ? "The one declared digest matches"
        : `All ${groupDigits(counts.match)} declared digests match`,
      `Each was recomputed here from the bytes${counts.absent > 0 ? `; ${count(counts.absent, "part is", "parts are")} not in the file` : ""}.`,
    );
  }

  private finding(found: PlacedFinding): TemplateResult {
    const position = found.path
      ? (this.image?.layers.findIndex(({ blob }) => blob !== undefined && blob === found.layer) ?? -1)
      : -1;
    const action =
      position < 0
        ? nothing
        : html`<button type="button" class="link" @click=${() => this.dispatchEvent(new RevealEvent(position, found.path ?? ""))}>Show in layer ${position + 1}</button>`;
    return findingCard(found, action);
  }
}

function verdict(tone: string, icon: TemplateResult, title: string, text: string): TemplateResult {
  return html`<div class="card verdict ${tone}">${icon}<div><strong>${title}</strong><span>${text}</span></div></div>`;
}

function fact(name: string, value: unknown): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
