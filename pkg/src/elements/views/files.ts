import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type {
  Archive,
  ArchiveData,
  ErrorData,
  FileTree,
  ImageData,
  TreeFilter,
  TreeRow,
} from "../../archive.js";
import { errorAdvice, errorData, errorPlace } from "../format/error.js";
import { fileName } from "../format/file-name.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { imageTitle } from "../model/checks.js";
import { holdsDocuments } from "../model/documents.js";
import type { ScanState } from "../model/scan-state.js";
import { readableLayers } from "../model/steps.js";
import { Previews } from "../preview/previews.js";
import { type Found, StandaloneElement, standaloneHeight, standaloneStyles } from "../standalone.js";
import "../tree/entry.js";
import type { EntryElement } from "../tree/entry.js";
import type {
  FilterEvent,
  FilteredEvent,
  OrderEvent,
  RowEvent,
  TreeErrorEvent,
  TreeOrder,
  TreeWishEvent,
} from "../tree/events.js";
import "../tree/filter.js";
import type { FilterElement, Outcome } from "../tree/filter.js";
import "../tree/tree.js";
import type { TreeElement } from "../tree/tree.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { ICONS } from "../ui/icons.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { LayerEvent, RevealedEvent, SaveEvent, ScanEvent } from "./events.js";
import { filesStyles } from "./files.styles.js";
import "./layer.js";

/** Folders of a layer's changes are opened until so many rows are seen. */
const OPENED_CHANGES = 100;

/** The files of a layer or of all layers together. */
@customElement("layerglass-files")
export class FilesElement extends StandaloneElement {
  static override styles = [standaloneStyles, shared, card, emptyStyles, filesStyles, standaloneHeight];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan!: ScanState;
  @property({ attribute: false }) selected: number | "all" = "all";
  /** A path to go to once its tree is there. */
  @property({ attribute: false }) reveal = "";
  @state() private changesOnly = true;
  @state() private filter: TreeFilter = {};
  @state() private outcome: Outcome | undefined;
  @state() private flat = false;
  @state() private order: TreeOrder = { key: "name", descending: false };
  @state() private tree: FileTree | undefined;
  @state() private error: ErrorData | undefined;
  @state() private row: TreeRow | undefined;
  @query("layerglass-tree") private treeElement?: TreeElement;
  @query("layerglass-filter") private filterElement?: FilterElement;
  @query("layerglass-entry") private entryElement?: EntryElement;
  /** Shows what is in files. */
  readonly previews = new Previews(this);
  /** The last key asked for what is in the row, not only for what it is. */
  #toPreview = false;
  /** What the tree shows or will show. */
  #shown = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.replace(undefined);
    this.#shown = "";
  }

  protected override take({ archive, data, image, scan }: Found): void {
    this.archive = archive;
    this.data = data;
    if (image) this.image = image;
    this.scan = scan;
  }

  protected override pick(layer: number | "all"): void {
    this.selected = layer;
  }

  private get upTo(): number {
    return this.selected === "all" ? this.image.layers.length - 1 : this.selected;
  }

  private get onlyChanges(): boolean {
    return this.changesOnly && this.selected !== "all";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const readable = readableLayers(this.image, this.data) > this.upTo;
    const exact = this.scan.contents === "sha256" && this.scan.state === "done";
    const wanted = readable ? `${this.image.index} ${this.upTo} ${this.onlyChanges} ${exact}` : "";
    if (wanted !== this.#shown || changed.has("archive")) {
      this.#shown = wanted;
      void this.load(wanted);
    } else if (changed.has("reveal") && this.tree) {
      void this.goTo(this.reveal);
    }
  }

  private async load(wanted: string): Promise<void> {
    this.replace(undefined);
    this.error = undefined;
    if (wanted === "" || this.upTo < 0) return;
    try {
      const tree = await this.archive.tree(this.image.index, {
        upTo: this.upTo,
        changesOnly: this.onlyChanges,
      });
      // A few changes are seen at once; a whole file system begins with its top.
      if (this.onlyChanges) await tree.expandAll(OPENED_CHANGES);
      if (wanted === this.#shown) {
        this.replace(tree);
        await this.goTo(this.reveal);
      } else tree.close();
    } catch (thrown) {
      if (wanted === this.#shown) this.error = errorData(thrown);
    }
  }

  private async goTo(path: string): Promise<void> {
    if (path === "") return;
    this.filterElement?.clear();
    await this.updateComplete;
    await this.treeElement?.updateComplete;
    const found = (await this.treeElement?.reveal(path)) ?? false;
    if (!found && this.onlyChanges) {
      // What a layer did not touch is among the files up to it, if anywhere.
      this.changesOnly = false;
      return;
    }
    this.reveal = "";
    this.dispatchEvent(new RevealedEvent(path, found));
  }

  private replace(tree: FileTree | undefined): void {
    this.tree?.close();
    this.tree = tree;
    this.row = undefined;
    this.outcome = undefined;
  }

  override render() {
    return html`
      <layerglass-layer class="card head" .archive=${this.data} .image=${this.image} .selected=${this.selected}></layerglass-layer>
      <section class="card pane" aria-label="Files" @layerglass-tree-wish=${this.wished} @layerglass-order=${this.ordered}>
        <div>${this.toolbar()}${this.tree ? this.broken() : nothing}</div>
        <div class="content ${this.row ? "with-entry" : ""}" @layerglass-row=${this.rowChosen} @layerglass-tree-error=${this.treeFailed} @layerglass-filtered=${this.filtered} @keydown=${this.keyPressed}>
          ${this.content()}
          ${
            this.row
              ? html`<layerglass-entry .row=${this.row} .archive=${this.archive} .image=${this.image.index} .upTo=${this.upTo} @layerglass-close=${() => {
                  this.row = undefined;
                }}></layerglass-entry>`
              : nothing
          }
        </div>
        ${this.tree ? this.status(this.tree) : nothing}
      </section>
    `;
  }

  /** Says so when a layer below or at the chosen one broke off: files are missing then. */
  private broken(): TemplateResult | typeof nothing {
    const broken = this.image.layers
      .slice(0, this.upTo + 1)
      .findIndex((layer) => layer.blob !== undefined && this.data.layers[layer.blob]?.state === "failed");
    if (broken < 0 || holdsDocuments(this.image, this.data.layers)) return nothing;
    return html`<p class="broken">${ICONS.warning}<span>Layer ${broken + 1} could be read only in part. What came after the fault is missing here.</span></p>`;
  }

  private toolbar(): TemplateResult {
    const { totals } = this.tree ?? {};
    const total = !totals
      ? 0
      : this.onlyChanges
        ? totals.added + totals.modified + totals.removed
        : totals.entries;
    return html`<layerglass-filter .outcome=${this.outcome} .total=${total} .order=${this.order} ?changes=${this.selected !== "all"} @layerglass-filter=${this.filterChosen}>
      ${
        this.selected === "all"
          ? nothing
          : html`<div slot="start" class="switch" role="group" aria-label="Which files">
        <button type="button" aria-pressed=${this.changesOnly} @click=${() => {
          this.changesOnly = true;
        }}>What it changed</button>
        <button type="button" aria-pressed=${!this.changesOnly} @click=${() => {
          this.changesOnly = false;
        }}>Everything up to it</button>
      </div>`
      }
      <button slot="end" type="button" class="button quiet slim" aria-pressed=${this.flat} title="A flat list of paths instead of folders" @click=${this.flatten}>${ICONS.list} Flat list</button>
      <button slot="end" type="button" class="button quiet slim" ?disabled=${!this.tree || this.flat} @click=${() => this.treeElement?.expandAll()}>${ICONS.expand} Open all</button>
      ${this.onlyChanges ? nothing : html`<button slot="end" type="button" class="button quiet slim" ?disabled=${!this.tree} title="All files that are shown, as one tar" @click=${this.saveRoot}>${ICONS.save} Save as tar</button>`}
    </layerglass-filter>`;
  }

  private content(): TemplateResult {
    const { tree } = this;
    if (this.error) {
      return empty(
        ICONS.error,
        "These files cannot be shown",
        html`${shown(this.error.message, 500)} ${errorPlace(this.error)} ${errorAdvice(this.error)}`,
      );
    }
    if (this.image.layers.length === 0) {
      return empty(
        ICONS.layers,
        "This image has no layers",
        this.image.presence === "absent" ? "Its parts are not in this file." : "There are no files to show.",
      );
    }
    if (holdsDocuments(this.image, this.data.layers))
      return empty(
        ICONS.shield,
        "These are not files",
        "The layers of this image are documents, such as statements about another image.",
      );
    if (!tree) return this.waiting();
    const { entries, added, modified, removed } = tree.totals;
    if (this.onlyChanges && added + modified + removed === 0)
      return empty(ICONS.layers, "This layer changes nothing", "The step that made it wrote no file.");
    if (entries === 0) return empty(ICONS.layers, "The file system is empty", "No layer wrote a file.");
    const label =
      this.selected === "all"
        ? "Files of all layers together"
        : this.onlyChanges
          ? `Files that layer ${this.upTo + 1} changed`
          : `Files up to layer ${this.upTo + 1}`;
    return html`<layerglass-tree .tree=${tree} .filter=${this.filter} .order=${this.order} ?flat=${this.flat} ?plain=${this.selected === "all"} ?marked=${this.row !== undefined} label=${label}></layerglass-tree>`;
  }

  /** Why there are no files yet, or will be none. */
  private waiting(): TemplateResult {
    const readable = readableLayers(this.image, this.data);
    const blocking = this.image.layers[readable];
    if (readable > this.upTo) return empty(ICONS.pending, "One moment", "The files are being put together.");
    const stored = blocking?.blob === undefined ? undefined : this.data.layers[blocking.blob];
    const below =
      readable === 0
        ? null
        : html`<button type="button" class="button" @click=${() => {
            this.changesOnly = false;
            this.dispatchEvent(new LayerEvent(readable - 1));
          }}>Show the files up to layer ${readable}</button>`;
    if (!stored) {
      return empty(
        ICONS.pending,
        `Layer ${readable + 1} is not in this file`,
        "The files from it up cannot be put together.",
        below,
      );
    }
    if (stored.state === "failed") {
      return empty(
        ICONS.error,
        `Layer ${readable + 1} could not be read`,
        html`${shown(stored.error?.message ?? "", 500)} ${stored.error ? errorPlace(stored.error) : nothing}. The files from this layer up cannot be put together.`,
        below,
      );
    }
    if (this.scan.state === "running") {
      return empty(
        ICONS.pending,
        `Layer ${readable + 1} is still to be scanned`,
        "Its files appear here as soon as that is done.",
        below,
      );
    }
    return empty(
      ICONS.pending,
      "Not all layers are scanned",
      "The scan was stopped before it came to this layer.",
      html`<button type="button" class="button primary" @click=${() => this.dispatchEvent(new ScanEvent(this.scan.contents))}>Go on with the scan</button>`,
    );
  }

  private status({ totals }: FileTree): TemplateResult {
    const exact = this.scan.contents === "sha256";
    return html`<div class="status">
      ${
        this.selected === "all"
          ? nothing
          : html`<span class="counts">
        <span class="added"><b aria-hidden="true">+</b>${totals.added} added</span>
        <span class="modified"><b aria-hidden="true">~</b>${totals.modified} modified</span>
        <span class="removed"><b aria-hidden="true">−</b>${totals.removed} removed</span>
        ${totals.modified > 0 && !exact && this.scan.state !== "running" ? html`<button type="button" class="link" title="Reads the layers again and compares contents by SHA-256" @click=${() => this.dispatchEvent(new ScanEvent("sha256"))}>Compare contents exactly</button>` : nothing}
      </span>`
      }
      <span>${this.onlyChanges ? "then " : ""}${count(totals.entries, "entry", "entries")}, <span title=${exactSize(totals.fileBytes)}>${humanSize(totals.fileBytes)}</span> in ${count(totals.files, "file")}</span>
      ${totals.findings.length > 0 ? html`<details><summary>${count(totals.findings.length, "finding")} while merging</summary><ul>${totals.findings.slice(0, 100).map((found) => html`<li>${shown(found.message, 500)}${found.path === undefined ? nothing : html`: <span class="mono">${shown(found.path, 300)}</span>`}</li>`)}</ul></details>` : nothing}
    </div>`;
  }

  private readonly filterChosen = (event: FilterEvent): void => {
    this.filter = event.filter;
  };

  private readonly filtered = (event: FilteredEvent): void => {
    const { state, matches, error } = event;
    this.outcome = { state, matches, ...(error !== undefined && { error: errorData(error) }) };
  };

  /** A list is sorted by path where a tree is sorted by name: what belongs together stays together. */
  private readonly flatten = (): void => {
    this.flat = !this.flat;
    const [from, to] = this.flat ? (["name", "path"] as const) : (["path", "name"] as const);
    if (this.order.key === from) this.order = { ...this.order, key: to };
  };

  private readonly ordered = (event: OrderEvent): void => {
    this.order = event.order;
  };

  /** Keys that lead from the tree to the search field and back, and take away what is in the way. */
  private readonly wished = (event: TreeWishEvent): void => {
    const { filterElement, treeElement } = this;
    if (event.wish === "filter") filterElement?.focusField();
    else if (event.wish === "tree") treeElement?.focusRows();
    else if (filterElement?.isFilled) filterElement.clear();
    else {
      this.row = undefined;
      treeElement?.focusRows();
    }
  };

  private readonly saveRoot = (): void => {
    const { image, upTo, selected } = this;
    const words = image.familiarNames[0] ?? imageTitle(image);
    const part = selected === "all" ? "root" : `root-up-to-layer-${upTo + 1}`;
    this.dispatchEvent(
      new SaveEvent({ kind: "tar", image: image.index, to: upTo }, fileName(`${words}-${part}`, ".tar")),
    );
  };

  private readonly rowChosen = (event: RowEvent): void => {
    // Passing over rows keeps an open description up to date, but does not open one.
    if (event.opened || this.row) this.row = event.row;
    if (event.opened && this.#toPreview) void this.updateComplete.then(() => this.entryElement?.preview());
    if (event.opened) this.#toPreview = false;
  };

  /** Before the tree acts on the key: what it tells comes before the key has come up here. */
  private readonly keyPressed = {
    handleEvent: (event: KeyboardEvent): void => {
      this.#toPreview = event.key === " ";
    },
    capture: true,
  };

  private readonly treeFailed = (event: TreeErrorEvent): void => {
    this.error = errorData(event.error);
  };
}
