import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Archive, ArchiveData, ImageData, Size } from "../../../archive.js";
import type { LayerWaste, WasteData } from "../../../inspect/types.js";
import { exactSize, humanSize } from "../../format/size.js";
import { SCANNED, type ScanState } from "../../model/scan-state.js";
import { WASTE, WASTE_KINDS } from "../../model/waste.js";
import { ImageWork } from "../../model/work.js";
import { commandText } from "../../ui/command.js";
import { emptyStyles } from "../../ui/empty.js";
import { layerMark } from "../../ui/layer-mark.js";
import { card, shared } from "../../ui/styles.js";
import "../../ui/table.js";
import type { Column } from "../../ui/table.js";
import { isScanned, working, workingStyles } from "../../ui/working.js";
import { LayerEvent, ScanEvent } from "../events.js";
import "./items.js";
import { share } from "./names.js";
import { spaceStyles } from "./space.styles.js";
import "./squash.js";
import "./usage.js";

/** What takes the image's space, what of it is of no use, whose doing that is, and how to get it back. */
@customElement("layerglass-space")
export class SpaceElement extends LitElement {
  static override styles = [shared, card, emptyStyles, workingStyles, spaceStyles];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan: ScanState = SCANNED;
  private readonly work = new ImageWork<WasteData>(this, async (archive, image, options) => {
    const { waste } = await import("../../../inspect.js");
    return waste(archive, image, options);
  });
  private readonly columns: readonly Column<LayerWaste>[] = [
    {
      id: "layer",
      name: "Layer",
      by: ({ layer }) => layer,
      cell: ({ layer }) => layerMark(layer, (chosen) => this.dispatchEvent(new LayerEvent(chosen))),
    },
    { id: "command", name: "Made by", grow: 45, cell: ({ command }) => commandText(command) },
    sizeColumn("contents", "Contents", ({ contentSize }) => contentSize, "medium"),
    sizeColumn("overwritten", "Overwritten", ({ overwritten }) => overwritten, "wide"),
    sizeColumn("removed", "Deleted later", ({ removed }) => removed, "wide"),
    sizeColumn("duplicate", "Stored twice", ({ duplicate }) => duplicate, "wide"),
    sizeColumn("caused", "Made useless", ({ caused }) => caused),
  ];

  protected override willUpdate(): void {
    if (isScanned(this.image, this.data)) this.work.ensure(this.archive, this.image.index);
  }

  override render() {
    const { archive, data, image, scan } = this;
    const work = isScanned(image, data) ? this.work.of(archive, image.index) : undefined;
    if (work?.state !== "done")
      return working(
        work,
        { what: "Figures of space", image, data, scan },
        {
          begin: () => void this.work.begin(archive, image.index),
          stop: () => this.work.stop(image.index),
          scan: () => this.dispatchEvent(new ScanEvent(scan.contents)),
        },
      );
    const waste = work.value;
    return html`
      ${this.summary(waste)}
      <section aria-labelledby="squash">
        <h2 id="squash">Fewer layers</h2>
        <div class="card padded"><layerglass-squash .waste=${waste} .image=${image} .data=${data}></layerglass-squash></div>
      </section>
      <section aria-labelledby="parts">
        <h2 id="parts">What takes the space</h2>
        <p class="muted small">The files that a container sees, as they are unpacked. Hard links count once.</p>
        <layerglass-usage .archive=${archive} .data=${data} .image=${image} .scan=${scan}></layerglass-usage>
      </section>
      <section aria-labelledby="layers">
        <h2 id="layers">By layer</h2>
        <layerglass-table class="card" label="Waste by layer" .columns=${this.columns} .rows=${waste.layers} .details=${layerDetails} .titled=${layerTitle}></layerglass-table>
      </section>
      ${
        waste.items.length > 0
          ? html`<section aria-labelledby="items">
        <h2 id="items">Every copy that is of no use</h2>
        <layerglass-waste-items .waste=${waste}></layerglass-waste-items>
      </section>`
          : nothing
      }
    `;
  }

  private summary(waste: WasteData): TemplateResult {
    const { wasted, contentSize } = waste;
    const isClean = Number(wasted) === 0;
    return html`<section class="card padded" aria-labelledby="waste">
      <h2 id="waste" class="figure">${
        isClean
          ? "No byte is wasted"
          : html`<span class="num" title=${exactSize(wasted)}>${humanSize(wasted)}</span> of <span class="num" title=${exactSize(contentSize)}>${humanSize(contentSize)}</span> are of no use <span class="muted share">${share(wasted, contentSize)}</span>`
      }</h2>
      <p class="muted small">Bytes of files’ contents in all layers, as they are unpacked. No copy is counted twice.</p>
      ${
        isClean
          ? nothing
          : html`<div class="strip" aria-hidden="true">${WASTE_KINDS.map((kind) => html`<i class=${kind} .style=${`flex-grow: ${part(waste[kind], contentSize)}`}></i>`)}<i class="used" .style=${`flex-grow: ${1 - part(wasted, contentSize)}`}></i></div>
        <dl class="kinds">${WASTE_KINDS.map(
          (kind) => html`<div>
            <dt><i class="key ${kind}" aria-hidden="true"></i>${WASTE[kind].name}</dt>
            <dd class="amount num" title=${exactSize(waste[kind])}>${humanSize(waste[kind])} <span class="muted small">${share(waste[kind], contentSize)}</span></dd>
            <dd class="small">${WASTE[kind].means}</dd>
            <dd class="small muted">${WASTE[kind].reclaim}</dd>
          </div>`,
        )}</dl>`
      }
    </section>`;
  }
}

function part(bytes: Size, whole: Size): number {
  return Number(whole) === 0 ? 0 : Number(bytes) / Number(whole);
}

function sizeColumn(
  id: string,
  name: string,
  of: (layer: LayerWaste) => Size,
  from?: "medium" | "wide",
): Column<LayerWaste> {
  return {
    id,
    name,
    end: true,
    largestFirst: true,
    ...(from && { from }),
    by: of,
    cell: (layer) => size(of(layer)),
  };
}

function size(bytes: Size): TemplateResult {
  return html`<span class="num ${Number(bytes) === 0 ? "muted" : ""}" title=${exactSize(bytes)}>${humanSize(bytes)}</span>`;
}

function layerTitle({ layer }: LayerWaste): string {
  return `layer ${layer + 1}`;
}

function layerDetails(layer: LayerWaste): TemplateResult {
  return html`<dl class="facts">
    <dt>Made by</dt><dd>${commandText(layer.command, 2000)}</dd>
    <dt>Contents</dt><dd>${size(layer.contentSize)}</dd>
    ${WASTE_KINDS.map((kind) => html`<dt>${WASTE[kind].name}</dt><dd>${size(layer[kind])}</dd>`)}
    <dt>Overwritten or deleted by it</dt><dd>${size(layer.caused)} in any layer</dd>
  </dl>`;
}
