import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ErrorData, ImageData } from "../../archive.js";
import { platformName } from "../format/id.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { imageTitle, type Verdict, verdict } from "../model/checks.js";
import type { ScanState } from "../model/scan-state.js";
import { ICONS } from "../ui/icons.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import "./checks.js";
import "./overview.js";
import { type Badge, type ImageEvent, LayerEvent, type RevealEvent, type TabEvent } from "./events.js";
import "./facts.js";
import "./files.js";
import "./images.js";
import { tag } from "./images.js";
import { inspectorStyles } from "./inspector.styles.js";
import "./save-as.js";
import type { SaveAsElement } from "./save-as.js";
import "./strata.js";
import "./tab.js";
import { checksBadge, tabBar, tabBarStyles, viewBadge } from "./tab-bar.js";
import { TABS, type Tab, type TabId, tabsOf } from "./tabs.js";

/** Below this width, in rem, the layers are a tab of their own instead of a column. */
const WIDE = 62;

/** An opened file: its images, the chosen image's layers, and one view of it. */
@customElement("layerglass-inspector")
export class InspectorElement extends LitElement {
  static override styles = [shared, card, inspectorStyles, tabBarStyles];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) scan!: ScanState;
  /** What the file is called. */
  @property({ attribute: false }) name = "";
  /** Why a file without images could not be read further. */
  @property({ attribute: false }) problem?: ErrorData;
  @state() private index = 0;
  @state() private layer: number | "all" = "all";
  @state() private tab: TabId = "overview";
  @state() private wide = true;
  /** A path that is to be shown among the files. */
  @state() private revealed = "";
  /** What the views told beside their names. */
  @state() private badges: ReadonlyMap<TabId, Badge> = new Map();
  @query("layerglass-save-as") private saveAs?: SaveAsElement;
  /** Counted once for each state of the data: while a scan goes on, the page is drawn more often. */
  private verdict: Verdict = { errors: 0, warnings: 0, allMatch: false };
  private readonly resize = new ResizeObserver(() => {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    this.wide = this.clientWidth >= WIDE * rem;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("data")) this.verdict = verdict(this.data);
    if (changed.has("archive")) {
      this.layer = "all";
      this.tab = "overview";
      this.badges = new Map();
      // The first image that can be looked into: an index often begins with platforms that are not in the file.
      const first = this.data.images.find((image) => image.presence === "complete" && image.role === "image");
      this.index = first?.index ?? 0;
      // A bare file system has no config to look at.
      if (this.data.images[this.index]?.role === "rootfs") this.tab = "files";
    }
    const image = this.data.images[this.index];
    if (image && !tabsOf(image, this.wide).some(({ id }) => id === this.tab)) this.tab = "overview";
  }

  override render() {
    const image = this.data.images[this.index];
    const tab = TABS.find(({ id }) => id === this.tab);
    if (!image || !tab) return this.withoutImages();
    return html`
      <aside @layerglass-layer=${this.chooseLayer} @layerglass-image=${this.chooseImage}>
        ${this.origin()}
        ${
          this.data.images.length > 1
            ? html`<section aria-label="Images">
          <h2 class="section">Images <span class="muted num">${this.data.images.length}</span></h2>
          <layerglass-images .images=${this.data.images} .selected=${this.index}></layerglass-images>
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
        }
      </aside>
      <main @layerglass-layer=${this.chooseLayer} @layerglass-reveal=${this.reveal} @layerglass-image=${this.chooseImage} @layerglass-tab=${this.tabWanted}>
        ${this.heading(image)}
        ${tabBar(tabsOf(image, this.wide), this.tab, this.chooseTab, (tab) => (tab === "checks" ? checksBadge(this.verdict) : viewBadge(this.badges.get(tab))))}
        <div class="panel ${this.tab} ${tab.fills ? "fills" : ""}" id="panel" role="tabpanel" aria-labelledby="tab-${this.tab}" tabindex=${tab.fills ? nothing : 0}>
          ${this.panel(tab, image)}
          <layerglass-tab ?hidden=${!tab.element} .tab=${tab.element ? tab : undefined} .archive=${this.archive} .data=${this.data} .image=${image} .scan=${this.scan} .onBadge=${this.badgeTold}></layerglass-tab>
        </div>
      </main>
    `;
  }

  private origin(): TemplateResult {
    const { label, producer, size, compression, entries } = this.data;
    return html`<section class="origin" aria-label="This file">
      <strong>${label}</strong>
      <span class="muted small">
        <span class="num" title=${exactSize(size)}>${humanSize(size)}</span>${compression === "none" ? nothing : html`, compressed with ${compression}`}, ${count(entries, "file")} inside
      </span>
      ${producer ? html`<span class="muted small">written by ${shown(producer, 200)}</span>` : nothing}
    </section>`;
  }

  private heading(image: ImageData): TemplateResult {
    const names = image.familiarNames;
    return html`<header class="title">
      <h1>${names[0] ? shown(names[0], 500) : shown(imageTitle(image), 300)}</h1>
      ${tag(image) ?? nothing}
      <p class="muted small">
        ${image.platform && image.platform.os !== "unknown" && platformName(image.platform) !== imageTitle(image) ? html`<span>${shown(platformName(image.platform), 200)}</span>` : nothing}
        ${image.presence === "absent" ? nothing : this.extent(image)}
        ${names.length > 1 ? html`<span>${count(names.length - 1, "more name")}</span>` : nothing}
      </p>
      ${this.data.images.some(({ role, presence }) => role === "image" && presence !== "absent") ? html`<button type="button" class="button save" @click=${() => this.saveAs?.open()}>${ICONS.save} Save as…</button><layerglass-save-as .data=${this.data} .image=${image} .name=${this.name}></layerglass-save-as>` : nothing}
    </header>`;
  }

  private extent(image: ImageData): TemplateResult {
    const { storedSize, unpackedSize, layers } = image;
    return html`<span title=${exactSize(storedSize)}>${humanSize(storedSize)} stored</span>
      ${unpackedSize === undefined ? nothing : html`<span title=${exactSize(unpackedSize)}>${humanSize(unpackedSize)} unpacked</span>`}
      <span>${count(layers.length, "layer")}</span>`;
  }

  private panel(tab: Tab, image: ImageData): TemplateResult | typeof nothing {
    switch (tab.id) {
      case "overview":
        return html`<layerglass-overview .archive=${this.archive} .data=${this.data} .image=${image}></layerglass-overview>`;
      case "layers":
        return this.strata(image);
      case "files":
        return html`<layerglass-files .archive=${this.archive} .data=${this.data} .image=${image} .scan=${this.scan} .selected=${this.layer} .reveal=${this.revealed}></layerglass-files>`;
      case "checks":
        return html`<layerglass-checks .archive=${this.data} .image=${image} ?scanning=${this.scan.state === "running"}></layerglass-checks>`;
      default:
        return nothing;
    }
  }

  private strata(image: ImageData): TemplateResult {
    return html`<layerglass-layers class=${this.wide ? "" : "card"} .archive=${this.data} .image=${image} .selected=${this.tab === "files" || this.wide ? this.layer : "all"}></layerglass-layers>`;
  }

  private withoutImages(): TemplateResult {
    return html`<main class="alone">
      <layerglass-facts .archive=${this.data} .problem=${this.problem}></layerglass-facts>
      ${this.data.findings.length > 0 || this.data.layers.length > 0 ? html`<layerglass-checks .archive=${this.data}></layerglass-checks>` : nothing}
    </main>`;
  }

  private readonly chooseImage = (event: ImageEvent): void => {
    if (event.index !== this.index) this.badges = new Map();
    this.index = event.index;
    this.layer = "all";
    if (this.tab === "files" && (this.data.images[event.index]?.layers.length ?? 0) === 0)
      this.tab = "overview";
  };

  private readonly reveal = (event: RevealEvent): void => {
    this.chooseLayer(new LayerEvent(event.layer));
    this.revealed = event.path;
  };

  private readonly chooseLayer = (event: LayerEvent): void => {
    this.layer = event.layer;
    this.revealed = "";
    const moved = this.tab !== "files";
    this.tab = "files";
    // On one long page the files would otherwise appear far below or above what is seen.
    if (moved && !this.wide)
      void this.updateComplete.then(() => this.renderRoot.querySelector("main")?.scrollIntoView());
  };

  private readonly chooseTab = (tab: TabId, focus: boolean): void => {
    this.tab = tab;
    void this.updateComplete.then(() => {
      const chosen = this.renderRoot.querySelector<HTMLElement>(`#tab-${tab}`);
      if (focus) chosen?.focus();
      chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  };

  private readonly tabWanted = (event: TabEvent): void => this.chooseTab(event.tab, false);

  private readonly badgeTold = ({ id }: Tab, badge: Badge | undefined): void => {
    const badges = new Map(this.badges);
    if (badge) badges.set(id, badge);
    else badges.delete(id);
    this.badges = badges;
  };
}
