import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ImageData } from "../../../archive.js";
import type { UsageKey, UsageNode } from "../../../inspect/types.js";
import { count, exactSize, groupDigits, humanSize } from "../../format/size.js";
import { plain } from "../../format/text.js";
import { SCANNED, type ScanState } from "../../model/scan-state.js";
import { ImageWork } from "../../model/work.js";
import { emptyStyles } from "../../ui/empty.js";
import { ICONS } from "../../ui/icons.js";
import { link } from "../../ui/link.js";
import { shared } from "../../ui/styles.js";
import "../../ui/table.js";
import type { Column } from "../../ui/table.js";
import { shown } from "../../ui/text.js";
import { isScanned, working, workingStyles } from "../../ui/working.js";
import { LayerEvent, RevealEvent, ScanEvent } from "../events.js";
import { nodeName, share } from "./names.js";
import "./treemap.js";
import type { PartEvent, ZoomEvent } from "./treemap.js";

const KEYS: Readonly<Record<UsageKey, string>> = {
  folder: "folder",
  layer: "layer",
  extension: "extension",
  package: "package",
};

/** So many parts are asked for: enough to zoom in, and no burden for a page. */
const NODES = 5000;

/** What the files of an image take, by folder, layer, extension or package: as a treemap, and as the table behind it. */
@customElement("layerglass-usage")
export class UsageElement extends LitElement {
  static override styles = [
    shared,
    link,
    emptyStyles,
    workingStyles,
    css`
      :host { display: grid; gap: 0.6rem; min-width: 0; }
      .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
      .bar label { display: inline-flex; align-items: center; gap: 0.5rem; font-size: var(--small); }
      select { min-height: 2.125rem; padding: 0.2rem 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--text); font: inherit; font-size: 0.875rem; }
      .views { display: inline-flex; margin-inline-start: auto; }
      .views button { min-height: 2.125rem; padding: 0 0.8rem; border: 1px solid var(--line-strong); background: var(--surface); font-size: 0.875rem; cursor: pointer; }
      .views button:first-child { border-radius: var(--radius-small) 0 0 var(--radius-small); border-inline-end: 0; }
      .views button:last-child { border-radius: 0 var(--radius-small) var(--radius-small) 0; }
      .views button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
      .path { display: flex; flex-wrap: wrap; align-items: center; gap: 0.1rem 0.35rem; min-height: 1.75rem; font-size: var(--small); }
      .path ol { display: flex; flex-wrap: wrap; align-items: center; gap: 0.1rem 0.35rem; min-width: 0; }
      .path li { display: inline-flex; align-items: center; gap: 0.35rem; min-width: 0; overflow-wrap: anywhere; }
      .path li + li::before { content: "/"; color: var(--muted); }
      .path .link { min-height: 1.5rem; }
      .path [aria-current] { font-weight: 600; }
      .path .total { color: var(--muted); }
      @media (forced-colors: active) {
        .views button[aria-pressed="true"] { outline: 2px solid Highlight; outline-offset: -3px; }
      }
    `,
  ];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan: ScanState = SCANNED;
  @state() private by: UsageKey = "folder";
  @state() private view: "map" | "table" = "map";
  @state() private trail: readonly UsageNode[] = [];
  private whole: UsageNode | undefined;
  private readonly works = Object.fromEntries(
    (Object.keys(KEYS) as UsageKey[]).map((by) => [
      by,
      new ImageWork(this, async (archive, image, options) => {
        const { usage } = await import("../../../inspect.js");
        return usage(archive, image, { ...options, by, nodes: NODES });
      }),
    ]),
  ) as Readonly<Record<UsageKey, ImageWork<UsageNode>>>;

  protected override willUpdate(): void {
    const { archive, image, data, by } = this;
    if (!isScanned(image, data)) return;
    this.works[by].ensure(archive, image.index);
    const work = this.works[by].of(archive, image.index);
    const whole = work?.state === "done" ? work.value : undefined;
    if (whole !== this.whole) {
      this.whole = whole;
      this.trail = whole ? [whole] : [];
    }
  }

  override render() {
    const { image, data, scan, by } = this;
    const work = this.works[by];
    const node = this.trail.at(-1);
    return html`
      <div class="bar">
        <label>Divided by <select @change=${(event: Event) => {
          this.by = (event.target as HTMLSelectElement).value as UsageKey;
        }}>${Object.entries(KEYS).map(([key, name]) => html`<option value=${key} ?selected=${key === by}>${name}</option>`)}</select></label>
        <div class="views" role="group" aria-label="Shown as">
          ${this.viewButton("map", "Map")}${this.viewButton("table", "Table")}
        </div>
      </div>
      ${
        node
          ? html`${this.path()}
            ${this.view === "map" ? html`<layerglass-treemap .trail=${this.trail} .by=${by} @layerglass-zoom=${this.zoomed} @layerglass-part=${this.partChosen}></layerglass-treemap>` : this.table(node)}`
          : working(
              work.of(this.archive, image.index),
              { what: "Its parts", image, data, scan },
              {
                begin: () => void work.begin(this.archive, image.index),
                stop: () => work.stop(image.index),
                scan: () => this.dispatchEvent(new ScanEvent(scan.contents)),
              },
            )
      }
    `;
  }

  private viewButton(view: "map" | "table", name: string): TemplateResult {
    return html`<button type="button" aria-pressed=${view === this.view} @click=${() => {
      this.view = view;
    }}>${name}</button>`;
  }

  /** Where one is: every part around this one leads back. */
  private path(): TemplateResult {
    const { trail } = this;
    const node = trail.at(-1);
    if (!node) return html``;
    const place = node.path !== undefined || node.layer !== undefined;
    return html`<nav class="path" aria-label="Part that is shown">
      <ol>${trail.map((part, index) =>
        index === trail.length - 1
          ? html`<li aria-current="location">${shown(nodeName(part, this.by), 200)}</li>`
          : html`<li><button type="button" class="link" @click=${() => this.zoom(trail.slice(0, index + 1))}>${shown(nodeName(part, this.by), 200)}</button></li>`,
      )}</ol>
      <span class="total num" title=${exactSize(node.bytes)}>${humanSize(node.bytes)} in ${count(node.files, "file")}</span>
      ${place ? html`<button type="button" class="link" @click=${() => this.show(node)}>Show in Files</button>` : nothing}
    </nav>`;
  }

  private table(node: UsageNode): TemplateResult {
    const whole = this.trail[0]?.bytes ?? 0;
    const columns: Column<UsageNode>[] = [
      {
        id: "name",
        name: "Name",
        grow: 60,
        by: (part) => nodeName(part, this.by),
        cell: (part) => this.partName(part),
      },
      {
        id: "size",
        name: "Size",
        end: true,
        largestFirst: true,
        by: ({ bytes }) => bytes,
        cell: ({ bytes }) => html`<span title=${exactSize(bytes)}>${humanSize(bytes)}</span>`,
      },
      { id: "share", name: "Of all", end: true, cell: ({ bytes }) => share(bytes, whole) },
      {
        id: "files",
        name: "Files",
        end: true,
        largestFirst: true,
        from: "medium",
        by: ({ files }) => files,
        cell: ({ files }) => groupDigits(files),
      },
    ];
    return html`<layerglass-table class="card" label=${`Parts of ${plain(nodeName(node, this.by), 200)}`} .columns=${columns} .rows=${node.children ?? []} nothing="Nothing here takes any room."></layerglass-table>`;
  }

  private partName(part: UsageNode): TemplateResult {
    const name = shown(nodeName(part, this.by), 300);
    const isFolder = (part.children?.length ?? 0) > 0;
    if (part.name === null) return html`<span class="muted">${name}</span>`;
    if (!isFolder && part.path === undefined) return name;
    const icon = isFolder ? ICONS.directory : ICONS.file;
    return html`${icon} <button type="button" class="link" @click=${() => (isFolder ? this.zoom([...this.trail, part]) : this.show(part))}>${name}</button>`;
  }

  private zoom(trail: readonly UsageNode[]): void {
    this.trail = trail;
  }

  private readonly zoomed = (event: ZoomEvent): void => this.zoom(event.trail);
  private readonly partChosen = (event: PartEvent): void => this.show(event.node);

  /** Leads to a part among the files. */
  private show({ path, layer }: UsageNode): void {
    if (path !== undefined)
      this.dispatchEvent(path === "" ? new LayerEvent("all") : new RevealEvent("all", path));
    else if (layer !== undefined) this.dispatchEvent(new LayerEvent(layer));
  }
}
