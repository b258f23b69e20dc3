import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ErrorData, ImageData } from "../../archive.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { type Verdict, verdict } from "../model/checks.js";
import { findImage, imageName, misfit, type Place } from "../model/place.js";
import type { ScanState } from "../model/scan-state.js";
import type { RowEvent } from "../tree/events.js";
import "../ui/copy.js";
import { Previews } from "../preview/previews.js";
import { ICONS } from "../ui/icons.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import "./checks.js";
import "./overview.js";
import {
  type Badge,
  type ImageEvent,
  LayerEvent,
  type RevealEvent,
  type RevealedEvent,
  type TabEvent,
} from "./events.js";
import "./facts.js";
import "./files.js";
import "./images.js";
import { inspectorStyles } from "./inspector.styles.js";
import { PlaceTeller } from "./place-teller.js";
import "./report-button.js";
import "./save-as.js";
import type { SaveAsElement } from "./save-as.js";
import "./strata.js";
import "./tab.js";
import { checksBadge, tabBar, tabBarStyles, viewBadge } from "./tab-bar.js";
import { TABS, type Tab, type TabId, tabsOf } from "./tabs.js";
import { canSave, titleOf, titleStyles } from "./title.js";

/** Below this width, in rem, the layers are a tab of their own instead of a column. */
const WIDE = 62;

/** An opened file: its images, the chosen image's layers, and one view of it. */
@customElement("layerglass-inspector")
export class InspectorElement extends LitElement {
  static override styles = [shared, card, inspectorStyles, titleStyles, tabBarStyles];

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
  @state() private index = 0;
  @state() private layer: number | "all" = "all";
  @state() private tab: TabId = "overview";
  @state() private wide = true;
  /** A path that is to be shown among the files. */
  @state() private revealed = "";
  /** What the views told beside their names. */
  @state() private badges: ReadonlyMap<TabId, Badge> = new Map();
  /** What of a link does not fit the file. */
  @state() private note = "";
  /** The path that is shown among the files. */
  private path = "";
  private readonly teller = new PlaceTeller(this);
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("data")) this.verdict = verdict(this.data);
    if (changed.has("archive")) this.badges = new Map();
    if (changed.has("archive") || changed.has("place")) this.goTo(this.place);
    const image = this.data.images[this.index];
    if (image && !tabsOf(image, this.wide).some(({ id }) => id === this.tab)) {
      this.tab = "overview";
      this.teller.quiet = true;
    }
  }

  protected override updated(): void {
    if (this.data.images.length > 0) this.teller.tell(this.current());
  }

  private measure(): void {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    this.wide = this.clientWidth >= WIDE * rem;
  }

  private goTo(place: Place): void {
    const { images } = this.data;
    const meant = place.image === undefined ? firstImage(images) : findImage(place.image, images);
    const image = meant ?? firstImage(images);
    this.note = misfit(place, meant) ?? "";
    this.index = image?.index ?? 0;
    // A bare file system has no config to look at.
    this.tab = (meant && place.tab) ?? (image?.role === "rootfs" ? "files" : "overview");
    const { layer = "all" } = place;
    this.layer = layer === "all" || layer < (image?.layers.length ?? 0) ? layer : "all";
    this.path = this.revealed = this.note === "" ? (place.path ?? "") : "";
    this.teller.quiet = true;
    // A link that does not fit stays in the address until the person moves on.
    if (this.note !== "") this.teller.told(this.current());
  }

  /** The place that is shown. */
  private current(): Place {
    const { tab, layer, path } = this;
    const image = this.data.images[this.index];
    if (!image) return {};
    const place = { image: imageName(image, this.data.images), tab };
    return tab === "files" ? { ...place, layer, ...(path !== "" && { path }) } : place;
  }

  override render() {
    const image = this.data.images[this.index];
    const tab = TABS.find(({ id }) => id === this.tab);
    if (!image || !tab) return this.withoutImages();
    const { link } = this;
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
        ${titleOf(
          image,
          html`
          ${link ? html`<layerglass-copy label="Copy link" .icon=${ICONS.link} .text=${() => link(this.current())}></layerglass-copy>` : nothing}
          <layerglass-report-button .data=${this.data} .image=${image} .name=${this.name}></layerglass-report-button>
          ${canSave(this.data) ? html`<button type="button" class="button slim" @click=${() => this.saveAs?.open()}>${ICONS.save} Save as…</button><layerglass-save-as .data=${this.data} .image=${image} .name=${this.name}></layerglass-save-as>` : nothing}
        `,
        )}
        ${this.note === "" ? nothing : this.noteBar()}
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

  private panel(tab: Tab, image: ImageData): TemplateResult | typeof nothing {
    switch (tab.id) {
      case "overview":
        return html`<layerglass-overview .archive=${this.archive} .data=${this.data} .image=${image}></layerglass-overview>`;
      case "layers":
        return this.strata(image);
      case "files":
        return html`<layerglass-files .archive=${this.archive} .data=${this.data} .image=${image} .scan=${this.scan} .selected=${this.layer} .reveal=${this.revealed} @layerglass-row=${this.rowShown} @layerglass-revealed=${this.revealDone}></layerglass-files>`;
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
    this.moved();
    if (this.tab === "files" && (this.data.images[event.index]?.layers.length ?? 0) === 0)
      this.tab = "overview";
  };

  private readonly reveal = (event: RevealEvent): void => {
    this.chooseLayer(new LayerEvent(event.layer));
    this.path = this.revealed = event.path;
  };

  private readonly chooseLayer = (event: LayerEvent): void => {
    this.layer = event.layer;
    this.moved();
    const other = this.tab !== "files";
    this.tab = "files";
    // On one long page the files would otherwise appear far below or above what is seen.
    if (other && !this.wide)
      void this.updateComplete.then(() => this.renderRoot.querySelector("main")?.scrollIntoView());
  };

  /** Elsewhere: no path is shown there yet, and what was said of a link is over. */
  private moved(): void {
    this.path = this.revealed = this.note = "";
  }

  private readonly rowShown = ({ row }: RowEvent): void => {
    this.path = row?.path ?? "";
    this.teller.tell(this.current());
  };

  private readonly revealDone = ({ path, found }: RevealedEvent): void => {
    this.revealed = "";
    if (!found) this.note = `“${plain(path, 300)}” is not among these files.`;
  };

  private readonly chooseTab = (tab: TabId, focus: boolean): void => {
    this.note = "";
    // The files are found again as they were left.
    if (tab === "files" && this.tab !== "files") this.revealed = this.path;
    this.tab = tab;
    void this.updateComplete.then(() => {
      const chosen = this.renderRoot.querySelector<HTMLElement>(`#tab-${tab}`);
      if (focus) chosen?.focus();
      chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  };

  private noteBar(): TemplateResult {
    return html`<p class="misfit" role="status">${ICONS.info}<span>${this.note}</span>
      <button type="button" class="button quiet square slim" title="Close" @click=${() => {
        this.note = "";
      }}>${ICONS.cross}<span class="unseen">Close this note</span></button></p>`;
  }

  private readonly tabWanted = (event: TabEvent): void => this.chooseTab(event.tab, false);

  private readonly badgeTold = ({ id }: Tab, badge: Badge | undefined): void => {
    const badges = new Map(this.badges);
    if (badge) badges.set(id, badge);
    else badges.delete(id);
    this.badges = badges;
  };
}

/** The first image that can be looked into: an index often begins with platforms that are not in the file. */
function firstImage(images: readonly ImageData[]): ImageData | undefined {
  return images.find(({ presence, role }) => presence === "complete" && role === "image") ?? images[0];
}
