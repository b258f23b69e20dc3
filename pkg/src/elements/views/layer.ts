import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ArchiveData, Compression, ImageData, LayerData } from "../../archive.js";
import { errorAdvice } from "../format/error.js";
import { fileName } from "../format/file-name.js";
import { addSizes, count, exactSize, groupDigits, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { shortTime } from "../format/time.js";
import { diffIdCheck, imageTitle } from "../model/checks.js";
import { isDocument } from "../model/documents.js";
import { type Step, steps } from "../model/steps.js";
import "../ui/check.js";
import { ICONS } from "../ui/icons.js";
import "../ui/id.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { SaveEvent } from "./events.js";
import { words } from "./strata.js";

/** What files of compressed tars end in. */
const ENDINGS: Readonly<Partial<Record<Compression, string>>> = {
  none: ".tar",
  gzip: ".tar.gz",
  zstd: ".tar.zst",
  bzip2: ".tar.bz2",
  xz: ".tar.xz",
};

/** What is known of the chosen layer: the step that made it, its ids and its sizes. */
@customElement("layerglass-layer")
export class LayerElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { container-type: inline-size; }
      article { display: grid; gap: 0.6rem; }
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; }
      h2 { font-size: 1.125rem; display: flex; align-items: center; gap: 0.5rem; }
      h2 i { width: 0.7rem; height: 1.1rem; border-radius: 3px; background: var(--tint); }
      .text { font-size: var(--small); line-height: 1.5; overflow-wrap: anywhere; max-height: 4.5em; overflow: hidden; }
      .text.open { max-height: 16rem; overflow-y: auto; }
      .keyword { font-weight: 650; margin-inline-end: 0.35em; }
      .command { font-family: var(--mono); }
      .more { border: 0; padding: 0; background: none; color: var(--accent); font-size: var(--small); cursor: pointer; text-decoration: underline; text-underline-offset: 2px; justify-self: start; }
      dl { display: flex; flex-wrap: wrap; gap: 0.5rem 1.75rem; }
      dl > div { display: grid; min-width: 0; }
      dd { display: flex; align-items: center; gap: 0.25rem; min-width: 0; min-height: 1.5rem; }
      .sizes { gap: 0.15rem 1.5rem; padding-top: 0.5rem; border-top: 1px solid var(--line); font-size: var(--small); }
      .sizes > div { display: flex; align-items: baseline; gap: 0.45rem; }
      .sizes dd { min-height: 0; }
      .saves { display: flex; flex-wrap: wrap; gap: 0.4rem; margin-inline-start: auto; }
      .bad { color: var(--bad); font-size: var(--small); }
    `,
  ];

  @property({ attribute: false }) archive!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) selected: number | "all" = "all";
  @state() private open = false;

  override render() {
    return this.selected === "all" ? this.together() : this.single(this.selected);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("selected")) this.open = false;
  }

  private together(): TemplateResult {
    const { image } = this;
    return html`<article>
      <header><h2>All layers together</h2><span class="muted small">the file system that a container of this image starts with</span></header>
      <dl class="sizes">
        ${fact("Layers", groupDigits(image.layers.length))}
        ${fact("Stored", size(image.storedSize))}
        ${fact("Unpacked", image.unpackedSize === undefined ? pending() : size(image.unpackedSize))}
      </dl>
    </article>`;
  }

  private single(position: number): TemplateResult | typeof nothing {
    const layer = this.image.layers[position];
    if (!layer) return nothing;
    const step = steps(this.image, this.archive).find((each) => each.position === position) ?? {};
    const stored = layer.blob === undefined ? undefined : this.archive.layers[layer.blob];
    const compression = stored?.scan?.compression ?? stored?.compression;
    return html`<article>
      <header>
        <h2 .style=${`--tint: var(--stratum-${position % 8})`}><i aria-hidden="true"></i>Layer ${position + 1} <span class="muted small">of ${this.image.layers.length}</span></h2>
        ${step.history?.created ? html`<span class="muted small" title=${plain(step.history.created)}>made ${shown(shortTime(step.history.created), 60)}</span>` : nothing}
        ${step.history?.author ? html`<span class="muted small">by ${shown(step.history.author, 200)}</span>` : nothing}
        ${stored ? this.saves(stored, position) : nothing}
      </header>
      ${this.command(step)}
      <dl>
        ${fact("Digest", (layer.digest ?? stored?.digest) ? html`<layerglass-id what="digest" .value=${layer.digest ?? stored?.digest ?? ""}></layerglass-id>${stored ? html`<layerglass-check .state=${stored.check.state}></layerglass-check>` : nothing}` : computedDigest(stored))}
        ${fact("Diff id", layer.diffId ? html`<layerglass-id what="diff id" .value=${layer.diffId}></layerglass-id><layerglass-check .state=${diffIdCheck(layer, this.archive).state}></layerglass-check>` : pending())}
        ${fact("Chain id", layer.chainId ? html`<layerglass-id what="chain id" .value=${layer.chainId}></layerglass-id>` : pending())}
      </dl>
      <dl class="sizes">
        ${fact("Stored", stored ? size(stored.storedSize) : layer.declaredSize === undefined ? "not in the file" : html`${size(layer.declaredSize)} <span class="muted">declared</span>`)}
        ${fact("Unpacked", stored?.scan ? size(stored.scan.tarSize) : pending())}
        ${fact("Compression", compression ?? pending())}
        ${stored?.scan ? fact("Entries", html`<span title=${entries(stored)}>${groupDigits(stored.scan.entries)}</span>`) : nothing}
        ${stored?.scan?.whiteouts ? fact("Whiteouts", groupDigits(stored.scan.whiteouts)) : nothing}
      </dl>
      ${stored?.error && !isDocument(stored) ? html`<p class="bad">This layer could not be read to its end: ${shown(stored.error.message, 500)}. ${errorAdvice(stored.error)}</p>` : nothing}
    </article>`;
  }

  /** Its bytes as they are stored, and as a plain tar where they are compressed. */
  private saves(stored: LayerData, position: number): TemplateResult {
    const compression = stored.scan?.compression ?? stored.compression ?? "none";
    const words = fileName(`${this.image.familiarNames[0] ?? imageTitle(this.image)}-layer-${position + 1}`);
    const save = (plain: boolean) => {
      const ending = isDocument(stored) ? "" : plain ? ".tar" : (ENDINGS[compression] ?? "");
      this.dispatchEvent(new SaveEvent({ kind: "layer", layer: stored.index, plain }, words + ending));
    };
    return html`<span class="saves">
      <button type="button" class="button slim" title="Its bytes as they are stored in this file" @click=${() => save(false)}>${ICONS.save} ${compression === "none" ? "Save" : `Save as stored (${compression})`}<span class="unseen">, layer ${position + 1}</span></button>
      ${compression === "none" ? nothing : html`<button type="button" class="button slim" title="Decompressed" @click=${() => save(true)}>${ICONS.save} Save as tar<span class="unseen">, layer ${position + 1}</span></button>`}
    </span>`;
  }

  private command(step: Step): TemplateResult {
    const long = (step.history?.createdBy?.length ?? 0) > 240;
    return html`<p class="text ${this.open ? "open" : ""}" tabindex=${this.open ? 0 : nothing} title=${plain(step.history?.createdBy ?? "")}>${words(step)}</p>
      ${
        long
          ? html`<button type="button" class="more" aria-expanded=${this.open} @click=${() => {
              this.open = !this.open;
            }}>${this.open ? "Show less" : "Show the whole command"}</button>`
          : nothing
      }`;
  }
}

/** A name and a value. */
function fact(name: string, value: unknown): TemplateResult {
  return html`<div><dt class="label">${name}</dt><dd>${value}</dd></div>`;
}

function size(value: number | bigint): TemplateResult {
  return html`<span class="num" title=${exactSize(value)}>${humanSize(value)}</span>`;
}

function pending(): TemplateResult {
  return html`<span class="muted" title="Known when the layer is scanned">…</span>`;
}

function computedDigest(stored: LayerData | undefined): TemplateResult {
  if (!stored?.scan) return pending();
  return html`<layerglass-id what="digest" .value=${stored.scan.digest}></layerglass-id><layerglass-check .state=${stored.check.state}></layerglass-check>`;
}

function entries(layer: LayerData): string {
  const { scan } = layer;
  if (!scan) return "";
  const parts = [
    count(scan.files, "file"),
    count(scan.directories, "folder"),
    count(scan.symlinks, "symbolic link"),
    count(scan.hardlinks, "hard link"),
    count(scan.devices, "device"),
    count(scan.whiteouts, "whiteout"),
  ];
  return `${parts.join(", ")}; ${humanSize(addSizes([scan.contentSize]))} of contents`;
}
