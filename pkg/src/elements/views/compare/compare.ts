import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ImageData } from "../../../archive.js";
import type { ComparisonData } from "../../../inspect/types.js";
import type { Comparison } from "../../../inspect.js";
import { errorAdvice } from "../../format/error.js";
import { platformName } from "../../format/id.js";
import { count, exactSize, groupDigits, humanSize } from "../../format/size.js";
import { plain } from "../../format/text.js";
import { imageTitle } from "../../model/checks.js";
import { ComparisonController, growth, isComparable, isSame, type Side } from "../../model/comparison.js";
import type { ScanState } from "../../model/scan-state.js";
import { SecondFileController } from "../../model/second-file.js";
import { empty, emptyStyles } from "../../ui/empty.js";
import { chosenIn, fields } from "../../ui/fields.js";
import { ICONS } from "../../ui/icons.js";
import { Portions } from "../../ui/more.js";
import { card, shared } from "../../ui/styles.js";
import "../../ui/table.js";
import { shown } from "../../ui/text.js";
import { isScanned, working, workingStyles } from "../../ui/working.js";
import { ScanEvent } from "../events.js";
import { compareStyles } from "./compare.styles.js";
import "./files.js";
import { historyRows, historyTable } from "./history.js";
import { CONFIG_COLUMNS, PACKAGE_COLUMNS } from "./tables.js";

/** Which image the shown one is compared with: of the shown file, or of the second one. */
interface Other {
  readonly of: "first" | "second";
  readonly image: number;
}

/** The shown image beside another one, of the same file or of a second one: config, history, packages, files. */
@customElement("layerglass-compare")
export class CompareElement extends LitElement {
  static override styles = [shared, card, emptyStyles, workingStyles, fields, compareStyles];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan!: ScanState;
  @state() private other: Other | undefined;
  /** The shown image is the first of the two. */
  @state() private swapped = false;
  @state() private dragged = false;
  private readonly portions = new Portions(this, 60);
  private readonly comparisons = new ComparisonController(this);
  private readonly second = new SecondFileController(this, (archive) => {
    const [image] = archive.data.images.filter(isComparable);
    if (image) this.other = { of: "second", image: image.index };
  });
  #found: Comparison | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("dragenter", this.drag);
    this.addEventListener("dragover", this.drag);
    this.addEventListener("dragleave", this.dragLeave);
    this.addEventListener("drop", this.drop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("dragenter", this.drag);
    this.removeEventListener("dragover", this.drag);
    this.removeEventListener("dragleave", this.dragLeave);
    this.removeEventListener("drop", this.drop);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("archive")) {
      this.comparisons.close();
      this.second.close();
      this.other = undefined;
      this.swapped = false;
    }
    const isGone = this.other?.of === "second" && !this.second.archive;
    const isItself = this.other?.of === "first" && this.other.image === this.image.index;
    if (!this.other || isGone || isItself) this.other = this.firstOther();
    const sides = this.sides();
    if (sides && this.isReady()) this.comparisons.ensure(...sides);
    const { work } = this.comparisons;
    const found = work?.state === "done" ? work.value : undefined;
    if (found !== this.#found) this.portions.reset();
    this.#found = found;
  }

  /** Another image of the file; rather one of the same platform. */
  private firstOther(): Other | undefined {
    const others = this.data.images.filter(
      (image) => image.index !== this.image.index && isComparable(image),
    );
    const platform = this.image.platform && platformName(this.image.platform);
    const alike = others.find((image) => image.platform && platformName(image.platform) === platform);
    const image = alike ?? others[0];
    return image && { of: "first", image: image.index };
  }

  private sides(): readonly [Side, Side] | undefined {
    const { other } = this;
    const archive = other?.of === "second" ? this.second.archive : this.archive;
    if (!other || !archive) return undefined;
    const own: Side = { archive: this.archive, image: this.image.index };
    const them: Side = { archive, image: other.image };
    return this.swapped ? [own, them] : [them, own];
  }

  private images(): readonly [ImageData, ImageData] | undefined {
    const sides = this.sides();
    const [before, after] = sides?.map(({ archive, image }) => archive.data.images[image]) ?? [];
    return before && after && [before, after];
  }

  /** Whether all that is compared is scanned. */
  private isReady(): boolean {
    const sides = this.sides();
    if (this.second.file && this.second.file.state !== "open" && this.other?.of === "second") return false;
    return (
      sides?.every(({ archive, image }) => {
        const data = archive === this.archive ? this.data : archive.data;
        const found = data.images[image];
        return found !== undefined && isScanned(found, data);
      }) ?? false
    );
  }

  override render() {
    return html`<div class=${this.dragged ? "drop" : ""}>${this.bar()}</div>${this.secondState()}${this.content()}`;
  }

  private bar(): TemplateResult {
    const { other } = this;
    const own = this.data.images.filter((image) => isComparable(image) && image.index !== this.image.index);
    const file = this.second.file;
    const theirs = file?.state === "open" ? file.archive.data.images.filter(isComparable) : [];
    const option = (of: Other["of"], image: ImageData) =>
      html`<option value=${`${of} ${image.index}`} ?selected=${other?.of === of && other.image === image.index}>${title(image)}</option>`;
    return html`<div class="bar">
      ${
        own.length + theirs.length > 0
          ? html`<label class="grow">Compare with <select @change=${this.choose}>
        ${own.length > 0 ? html`<optgroup label="In this file">${own.map((image) => option("first", image))}</optgroup>` : nothing}
        ${theirs.length > 0 ? html`<optgroup label=${plain(file?.name ?? "", 100)}>${theirs.map((image) => option("second", image))}</optgroup>` : nothing}
      </select></label>`
          : html`<span class="grow muted">This file has no other image to compare with.</span>`
      }
      <label class="button slim">${ICONS.open} Another file…<input type="file" @change=${this.picked}></label>
      ${other ? html`<button type="button" class="button slim" aria-pressed=${this.swapped} @click=${this.swap}>⇄ Swap sides</button>` : nothing}
    </div>`;
  }

  /** How far the second file is. */
  private secondState(): TemplateResult | typeof nothing {
    const { file } = this.second;
    switch (file?.state) {
      case "opening":
      case "scanning": {
        const words = file.state === "opening" ? "is being opened" : "is being scanned";
        return html`<div class="card second" aria-busy="true">
          <span>${shown(file.name, 200)} ${words}</span>
          <progress aria-label=${`The second file ${words}`} max="1" .value=${file.total > 0 ? Math.min(1, file.bytes / file.total) : 0}></progress>
          <span class="num muted">${humanSize(file.bytes)} of ${humanSize(file.total)}</span>
          <button type="button" class="button slim" @click=${() => this.second.close()}>Cancel</button>
        </div>`;
      }
      case "failed":
        return html`<div class="card second bad" role="alert">${ICONS.error}
          <span><strong>${shown(file.name, 200)} cannot be compared.</strong> ${shown(file.error.message, 500)} ${errorAdvice(file.error)}</span>
          <button type="button" class="button slim" @click=${() => this.second.close()}>Close</button>
        </div>`;
      case "open":
        return file.archive.data.images.some(isComparable)
          ? nothing
          : html`<div class="card second bad" role="alert">${ICONS.error}<span>${shown(file.name, 200)} holds no image whose parts are all there.</span></div>`;
      default:
        return nothing;
    }
  }

  private content(): TemplateResult {
    const images = this.images();
    const { work } = this.comparisons;
    if (!images)
      return this.second.file
        ? html``
        : empty(
            ICONS.layers,
            "Compare two images",
            "Choose another image file, or drop it here: what differs in config, history, packages and files is shown. It does not leave this machine.",
          );
    const sides = this.sides();
    if (!sides || work?.state !== "done" || !this.isReady()) {
      const own = isScanned(this.image, this.data)
        ? images.find((image) => image !== this.image)
        : this.image;
      const isSecond = own !== undefined && own !== this.image && this.other?.of === "second";
      return working(
        work,
        {
          what: "Differences",
          image: own ?? this.image,
          data: isSecond ? (this.second.archive?.data ?? this.data) : this.data,
          scan: this.scan,
        },
        {
          begin: () => this.comparisons.again(),
          stop: () => this.comparisons.stop(),
          scan: () => this.dispatchEvent(new ScanEvent(this.scan.contents)),
        },
      );
    }
    return this.found(work.value, sides, images);
  }

  private found(
    comparison: Comparison,
    sides: readonly [Side, Side],
    images: readonly [ImageData, ImageData],
  ): TemplateResult {
    const { data } = comparison;
    const { config, history, packages = [] } = data;
    const rows = historyRows(history);
    const steps = history.filter(({ change }) => change !== "same").length;
    return html`
      ${verdict(data)}
      <section aria-labelledby="summary"><h2 id="summary">Summary</h2><div class="card">${sidesTable(data, images)}</div></section>
      <section aria-labelledby="files"><h2 id="files">Files</h2>
        <layerglass-compare-files .comparison=${comparison} .sides=${sides} .own=${this.swapped ? "before" : "after"}></layerglass-compare-files>
      </section>
      <section aria-labelledby="config"><h2 id="config">Config ${number(config.length)}</h2>
        ${config.length === 0 ? html`<p class="muted">Both run in the same way.</p>` : html`<layerglass-table class="card" label="Differences of the config" .columns=${CONFIG_COLUMNS} .rows=${config}></layerglass-table>`}
      </section>
      <section aria-labelledby="packages"><h2 id="packages">Packages ${number(packages.length)}</h2>
        ${packages.length === 0 ? html`<p class="muted">Both have the same packages in the same versions.</p>` : html`<layerglass-table class="card" label="Packages that differ" .columns=${PACKAGE_COLUMNS} .rows=${packages}></layerglass-table>`}
      </section>
      <section aria-labelledby="history"><h2 id="history">History ${number(steps)}</h2>
        ${history.length === 0 ? html`<p class="muted">Neither has a history.</p>` : html`<div class="card">${historyTable(this.portions.of("history", rows), ...images)}</div><div class="more">${this.portions.button("history", rows)}</div>`}
      </section>
    `;
  }

  private readonly choose = (event: Event): void => {
    const [of, image] = chosenIn(event).split(" ");
    this.other = { of: of === "second" ? "second" : "first", image: Number(image) };
  };

  private readonly swap = (): void => {
    this.swapped = !this.swapped;
  };

  private readonly picked = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    // The same file can be picked again.
    input.value = "";
    if (file) void this.second.open(file);
  };

  // What is dropped here is meant for the comparison: the page around would open it in place of what is shown.
  private readonly drag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    this.dragged = true;
  };

  private readonly dragLeave = (event: DragEvent): void => {
    event.stopPropagation();
    const to = event.relatedTarget;
    if (!(to instanceof Node) || !this.renderRoot.contains(to)) this.dragged = false;
  };

  private readonly drop = (event: DragEvent): void => {
    const [file] = event.dataTransfer?.files ?? [];
    this.dragged = false;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    if (file) void this.second.open(file);
  };
}

function title(image: ImageData): string {
  const platform = image.platform ? ` (${platformName(image.platform)})` : "";
  const name = image.familiarNames[0] ?? image.refNames[0];
  return plain(name === undefined ? imageTitle(image) : `${name}${platform}`, 200);
}

function number(value: number): TemplateResult | typeof nothing {
  return value === 0 ? nothing : html`<span class="muted small num">${groupDigits(value)}</span>`;
}

function verdict(data: ComparisonData): TemplateResult {
  const { files, config, packages = [] } = data;
  const layers = layersText(data);
  if (isSame(data))
    return html`<div class="card verdict ok" role="status">${ICONS.check}<div><strong>The images are the same</strong><span>${layers}</span></div></div>`;
  const paths = files.added + files.removed + files.changed + files.metadata;
  const parts = [
    paths > 0 ? count(paths, "path") : "",
    config.length > 0 ? count(config.length, "part of the config", "parts of the config") : "",
    packages.length > 0 ? count(packages.length, "package") : "",
  ].filter((part) => part !== "");
  return html`<div class="card verdict" role="status">${ICONS.layers}<div><strong>${parts.length === 0 ? "Only the history differs" : `${parts.join(", ")} differ`}</strong><span>${layers}</span></div></div>`;
}

function layersText({ commonLayers, sharedLayers, before, after }: ComparisonData): string {
  if (commonLayers === before.layers && commonLayers === after.layers) return "They have the same layers.";
  if (sharedLayers === 0) return "They have no layer in common.";
  const lowest = commonLayers === 1 ? "lowest layer is" : `lowest ${groupDigits(commonLayers)} layers are`;
  const shared = `${count(sharedLayers, "layer")} of the one ${sharedLayers === 1 ? "is" : "are"} in the other`;
  if (commonLayers === 0) return `Their lowest layers differ; ${shared} higher up.`;
  return `The ${lowest} common${sharedLayers > commonLayers ? `, and in all ${shared}` : ""}.`;
}

function sidesTable(
  { before, after }: ComparisonData,
  [old, now]: readonly [ImageData, ImageData],
): TemplateResult {
  const bytes = (size: number | bigint) =>
    html`<span class="num" title=${exactSize(size)}>${humanSize(size)}</span>`;
  const sized = (name: string, from: number | bigint, to: number | bigint) => {
    const tone = BigInt(to) > BigInt(from) ? "grew" : BigInt(to) < BigInt(from) ? "shrank" : "muted";
    return html`<tr><th scope="row">${name}</th><td>${bytes(from)}</td><td>${bytes(to)}</td><td class="num ${tone}">${growth(from, to)}</td></tr>`;
  };
  const counted = (name: string, from: number, to: number) => {
    const by = to - from;
    const words = by === 0 ? "same" : by > 0 ? `+${groupDigits(by)}` : `−${groupDigits(-by)}`;
    return html`<tr><th scope="row">${name}</th><td class="num">${groupDigits(from)}</td><td class="num">${groupDigits(to)}</td><td class="num ${by === 0 ? "muted" : ""}">${words}</td></tr>`;
  };
  const platform = (text: string | undefined) =>
    text === undefined ? html`<span class="muted">not told</span>` : shown(text, 100);
  return html`<table class="sides">
    <caption class="unseen">Both images</caption>
    <colgroup><col class="what"><col><col><col class="by"></colgroup>
    <thead><tr><td></td><th scope="col">Before</th><th scope="col">After</th><th scope="col">Change</th></tr></thead>
    <tbody>
      <tr><th scope="row">Image</th><td class="name">${shown(before.names[0] ?? imageTitle(old), 300)}</td><td class="name">${shown(after.names[0] ?? imageTitle(now), 300)}</td><td></td></tr>
      <tr><th scope="row">Platform</th><td>${platform(before.platform)}</td><td>${platform(after.platform)}</td><td class="muted">${before.platform === after.platform ? "same" : "other"}</td></tr>
      ${sized("Stored", before.storedSize, after.storedSize)}
      ${sized("In files", before.fileBytes, after.fileBytes)}
      ${counted("Files", before.files, after.files)}
      ${counted("Layers", before.layers, after.layers)}
    </tbody>
  </table>`;
}
