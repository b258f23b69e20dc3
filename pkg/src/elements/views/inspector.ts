import { html, type LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ErrorData, ImageData } from "../../archive.js";
import { count, exactSize, humanSize } from "../format/size.js";
import type { Command } from "../keys/shortcuts.js";
import { type Verdict, verdict } from "../model/checks.js";
import type { Place } from "../model/place.js";
import type { ScanState } from "../model/scan-state.js";
import { type Found, StandaloneElement, standaloneHeight, standaloneStyles } from "../standalone.js";
import type { RowEvent } from "../tree/events.js";
import type { CopyElement } from "../ui/copy.js";
import "../ui/copy.js";
import { Previews } from "../preview/previews.js";
import { ICONS } from "../ui/icons.js";
import { searchField } from "../ui/search-field.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import "./checks.js";
import type { Badge, ImageEvent, LayerEvent, RevealEvent, RevealedEvent, TabEvent } from "./events.js";
import "./facts.js";
import "./files.js";
import "./images.js";
import { inspectorStyles } from "./inspector.styles.js";
import "./overview.js";
import "./report-button.js";
import "./save-as.js";
import type { SaveAsElement } from "./save-as.js";
import "./strata.js";
import "./tab.js";
import { checksBadge, tabBar, tabBarStyles, viewBadge } from "./tab-bar.js";
import type { Tab, TabId } from "./tabs.js";
import { canSave, titleOf, titleStyles } from "./title.js";
import { Whereabouts } from "./whereabouts.js";

/** Below this width, in rem, the layers are a tab of their own instead of a column. */
const WIDE = 62;

/** An opened file: its images, the chosen image's layers, and one view of it. */
@customElement("layerglass-inspector")
export class InspectorElement extends StandaloneElement {
  static override styles = [
    standaloneStyles,
    shared,
    card,
    inspectorStyles,
    standaloneHeight,
    titleStyles,
    tabBarStyles,
  ];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) scan!: ScanState;
  /** What the file is called. */
  @property({ attribute: false }) name = "";
  /** Why a file without images could not be read further. */
  @property({ attribute: false }) problem?: ErrorData;
  /** Where to be. Set it anew to go there; what is shown after that is told by `PlaceEvent`. */
  @property({ attribute: false }) place: Place = {};
  /** The address of a place, on pages where places have one: then links to it can be copied. */
  @property({ attribute: false }) link?: (place: Place) => string;
  /** Is there room for the layers beside the views? */
  @state() wide = true;
  /** What the views told beside their names. */
  @state() private badges: ReadonlyMap<TabId, Badge> = new Map();
  private readonly where = new Whereabouts(this);
  @query("layerglass-save-as") private saveAs?: SaveAsElement;
  /** Shows what is in files that its views name. */
  readonly previews = new Previews(this);
  /** Counted once for each state of the data: while a scan goes on, the page is drawn more often. */
  private verdict: Verdict = { errors: 0, warnings: 0, allMatch: false };
  private readonly resize = new ResizeObserver(() => this.measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.measure();
    this.resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  private measure(): void {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const wide = this.clientWidth >= WIDE * rem;
    if (wide === this.wide) return;
    this.wide = wide;
    if (this.data) this.where.resized();
  }

  protected override get needsImage(): boolean {
    return false;
  }

  protected override take({ archive, data, scan }: Found): void {
    if (archive !== this.archive) this.name = archive.name;
    this.archive = archive;
    this.data = data;
    this.scan = scan;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("data")) this.verdict = verdict(this.data);
    if (changed.has("archive")) this.badges = new Map();
    if (changed.has("archive") || changed.has("place")) this.where.goTo(this.place);
  }

  protected override updated(): void {
    this.where.tell();
  }

  /**
   * Does what a key asks of the inspector, see `Shortcuts`. False when it is not the inspector's, or nothing is there to do it to.
   *
   * @example
   * const command = shortcuts.read(event);
   * if (command && inspector.run(command)) event.preventDefault();
   */
  run(command: Command): boolean {
    const { tabs } = this.where;
    switch (command.do) {
      case "tab":
      case "tab-at": {
        const tab = command.do === "tab" ? tabs.find(({ id }) => id === command.tab) : tabs[command.position];
        if (tab) this.chooseTab(tab.id, true);
        return tab !== undefined;
      }
      case "layer":
        return this.where.toNextLayer(command.by);
      case "filter":
        void this.focusFilter();
        return tabs.length > 0;
      case "save":
        this.saveAs?.open();
        return canSave(this.data);
      case "link": {
        const button = this.renderRoot.querySelector<CopyElement>("layerglass-copy.link");
        button?.press();
        return button !== null;
      }
      default:
        return false;
    }
  }

  override render() {
    const { image, view } = this.where;
    if (!image || !view) return this.withoutImages();
    return html`
      <aside @layerglass-layer=${this.layerChosen} @layerglass-image=${this.imageChosen}>${this.aside(image)}</aside>
      <main @layerglass-layer=${this.layerChosen} @layerglass-reveal=${this.reveal} @layerglass-image=${this.imageChosen} @layerglass-tab=${this.tabWanted}>
        ${titleOf(image, this.actions(image))}
        ${this.where.note === "" ? nothing : this.noteBar()}
        ${tabBar(this.where.tabs, view.id, this.chooseTab, (tab) => (tab === "checks" ? checksBadge(this.verdict) : viewBadge(this.badges.get(tab))))}
        <div class="panel ${view.id} ${view.fills ? "fills" : ""}" id="panel" role="tabpanel" aria-labelledby="tab-${view.id}" tabindex=${view.fills ? nothing : 0}>
          ${this.panel(view, image)}
          <layerglass-tab ?hidden=${!view.element} .tab=${view.element ? view : undefined} .archive=${this.archive} .data=${this.data} .image=${image} .scan=${this.scan} .onBadge=${this.badgeTold}></layerglass-tab>
        </div>
      </main>
    `;
  }

  private aside(image: ImageData): TemplateResult {
    const { label, producer, size, compression, entries, images } = this.data;
    return html`<section class="origin" aria-label="This file">
        <strong>${label}</strong>
        <span class="muted small">
          <span class="num" title=${exactSize(size)}>${humanSize(size)}</span>${compression === "none" ? nothing : html`, compressed with ${compression}`}, ${count(entries, "file")} inside
        </span>
        ${producer ? html`<span class="muted small">written by ${shown(producer, 200)}</span>` : nothing}
      </section>
      ${
        images.length > 1
          ? html`<section aria-label="Images">
        <h2 class="section">Images <span class="muted num">${images.length}</span></h2>
        <layerglass-images .images=${images} .selected=${image.index}></layerglass-images>
      </section>`
          : nothing
      }
      ${
        this.wide
          ? html`<section aria-label="Layers and history">
        <h2 class="section">Layers and history</h2>
        ${this.strata(image)}
      </section>`
          : nothing
      }`;
  }

  private actions(image: ImageData): TemplateResult {
    const { link } = this;
    return html`
      ${link ? html`<layerglass-copy class="link" label="Copy link" .icon=${ICONS.link} .text=${() => link(this.where.place)}></layerglass-copy>` : nothing}
      <layerglass-report-button .data=${this.data} .image=${image} .name=${this.name}></layerglass-report-button>
      ${canSave(this.data) ? html`<button type="button" class="button slim" @click=${() => this.saveAs?.open()}>${ICONS.save} Save as…</button><layerglass-save-as .data=${this.data} .image=${image} .name=${this.name}></layerglass-save-as>` : nothing}
    `;
  }

  private noteBar(): TemplateResult {
    return html`<p class="misfit" role="status">${ICONS.info}<span>${this.where.note}</span>
      <button type="button" class="button quiet square slim" title="Close" @click=${() => this.where.forget()}>${ICONS.cross}<span class="unseen">Close this note</span></button></p>`;
  }

  private panel(view: Tab, image: ImageData): TemplateResult | typeof nothing {
    const { where } = this;
    switch (view.id) {
      case "overview":
        return html`<layerglass-overview .archive=${this.archive} .data=${this.data} .image=${image}></layerglass-overview>`;
      case "layers":
        return this.strata(image);
      case "files":
        return html`<layerglass-files .archive=${this.archive} .data=${this.data} .image=${image} .scan=${this.scan} .selected=${where.layer} .reveal=${where.revealed} @layerglass-row=${this.rowShown} @layerglass-revealed=${this.revealDone}></layerglass-files>`;
      case "checks":
        return html`<layerglass-checks .archive=${this.archive} .data=${this.data} .image=${image} .scan=${this.scan}></layerglass-checks>`;
      default:
        return nothing;
    }
  }

  private strata(image: ImageData): TemplateResult {
    const { view, layer } = this.where;
    return html`<layerglass-layers class=${this.wide ? "" : "card"} .archive=${this.data} .image=${image} .selected=${view?.id === "files" || this.wide ? layer : "all"}></layerglass-layers>`;
  }

  private withoutImages(): TemplateResult {
    return html`<main class="alone">
      <layerglass-facts .archive=${this.data} .problem=${this.problem}></layerglass-facts>
      ${this.data.findings.length > 0 || this.data.layers.length > 0 ? html`<layerglass-checks .data=${this.data}></layerglass-checks>` : nothing}
    </main>`;
  }

  private readonly imageChosen = ({ index }: ImageEvent): void => {
    if (index !== this.where.index) this.badges = new Map();
    this.where.toImage(index);
  };

  private readonly layerChosen = ({ layer }: LayerEvent): void => this.toFiles(layer);

  private readonly reveal = ({ layer, path }: RevealEvent): void => this.toFiles(layer, path);

  private toFiles(layer: number | "all", path = ""): void {
    const other = this.where.view?.id !== "files";
    this.where.toLayer(layer, path);
    // On one long page the files would otherwise appear far below or above what is seen.
    if (other && !this.wide)
      void this.updateComplete.then(() => this.renderRoot.querySelector("main")?.scrollIntoView());
  }

  private readonly rowShown = ({ row }: RowEvent): void => this.where.toRow(row?.path ?? "");

  private readonly revealDone = ({ path, found }: RevealedEvent): void => this.where.revealDone(path, found);

  private readonly chooseTab = (tab: TabId, focus: boolean): void => {
    this.where.toTab(tab);
    void this.updateComplete.then(() => {
      const chosen = this.renderRoot.querySelector<HTMLElement>(`#tab-${tab}`);
      if (focus) chosen?.focus();
      chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  };

  /** To the field in which one types what to look for; where the view has none, to that of the files. */
  private async focusFilter(): Promise<void> {
    const panel = this.renderRoot.querySelector("#panel");
    if (!panel) return;
    if (!searchField(panel)) {
      this.chooseTab("files", false);
      await this.updateComplete;
      await panel.querySelector<LitElement>("layerglass-files")?.updateComplete;
    }
    searchField(panel)?.focus();
  }

  private readonly tabWanted = ({ tab }: TabEvent): void => this.chooseTab(tab, false);

  private readonly badgeTold = ({ id }: Tab, badge: Badge | undefined): void => {
    const badges = new Map(this.badges);
    if (badge) badges.set(id, badge);
    else badges.delete(id);
    this.badges = badges;
  };
}
