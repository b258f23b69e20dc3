import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ImageData } from "../../../archive.js";
import type { PackageData, PackageKind, PackagesData } from "../../../inspect/types.js";
import { fileName } from "../../format/file-name.js";
import { addSizes, count, exactSize, groupDigits, humanSize } from "../../format/size.js";
import { plain } from "../../format/text.js";
import { imageTitle } from "../../model/checks.js";
import {
  filterPackages,
  type LayerPackages,
  PACKAGE_KINDS,
  packageName,
  packagesByLayer,
  packagesCsv,
} from "../../model/packages.js";
import { SCANNED, type ScanState } from "../../model/scan-state.js";
import { ImageWork } from "../../model/work.js";
import "../../ui/copy.js";
import { empty, emptyStyles } from "../../ui/empty.js";
import { chosenIn, fields } from "../../ui/fields.js";
import { ICONS } from "../../ui/icons.js";
import { Portions } from "../../ui/more.js";
import { card, shared } from "../../ui/styles.js";
import "../../ui/table.js";
import { shown } from "../../ui/text.js";
import { isScanned, working, workingStyles } from "../../ui/working.js";
import { LayerEvent, RevealEvent, SaveEvent, ScanEvent } from "../events.js";
import { findingCard, findingStyles } from "../finding.js";
import { layerColumns, packageColumns, removedColumns } from "./columns.js";
import { packageDetails } from "./details.js";
import { packagesStyles } from "./packages.styles.js";

/** The packages of an image: where they come from, what they take, and what became of those that are gone. */
@customElement("layerglass-packages")
export class PackagesElement extends LitElement {
  static override styles = [shared, card, emptyStyles, workingStyles, findingStyles, fields, packagesStyles];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan: ScanState = SCANNED;
  @state() private text = "";
  @state() private kind: PackageKind | "all" = "all";
  @state() private layer: number | "all" = "all";
  private found: PackagesData | undefined;
  private list: readonly PackageData[] = [];
  private layers: readonly LayerPackages[] = [];
  private kinds: readonly (readonly [PackageKind, number])[] = [];
  private readonly portions = new Portions(this, 30);
  private readonly work = new ImageWork<PackagesData>(this, async (archive, image, options) => {
    const { packages } = await import("../../../inspect.js");
    return packages(archive, image, options);
  });
  private readonly goTo = (layer: number): void => {
    this.dispatchEvent(new LayerEvent(layer));
  };
  private readonly columns = packageColumns(this.goTo);
  private readonly goneColumns = removedColumns(this.goTo);
  private readonly layerColumns = layerColumns(
    this.goTo,
    (layer) => {
      this.layer = layer;
    },
    (layer) => this.image.history.find((step) => step.layer === layer)?.createdBy,
  );

  protected override willUpdate(changed: PropertyValues<this> & Map<string, unknown>): void {
    const { archive, image, data } = this;
    if (!isScanned(image, data)) return;
    this.work.ensure(archive, image.index);
    const work = this.work.of(archive, image.index);
    const found = work?.state === "done" ? work.value : undefined;
    if (found !== this.found) {
      this.show(found);
    } else if (changed.has("text") || changed.has("kind") || changed.has("layer")) {
      const { text, kind, layer } = this;
      this.list = filterPackages(found?.packages ?? [], { text, kind, layer });
    }
  }

  override render() {
    const { archive, data, image, scan, found } = this;
    if (!isScanned(image, data) || !found)
      return working(
        this.work.of(archive, image.index),
        { what: "Packages", image, data, scan },
        {
          begin: () => void this.work.begin(archive, image.index),
          stop: () => this.work.stop(image.index),
          scan: () => this.dispatchEvent(new ScanEvent(scan.contents)),
        },
      );
    return html`
      ${this.heading(found)}
      ${found.packages.length > 0 ? this.listed(found) : this.none(found)}
      ${
        this.layers.length > 1
          ? html`<section aria-labelledby="layers"><h2 id="layers">By layer</h2>
        <layerglass-table class="card" label="Packages by layer" .columns=${this.layerColumns} .rows=${this.layers}></layerglass-table></section>`
          : nothing
      }
      ${
        found.removed.length > 0
          ? html`<section aria-labelledby="removed"><h2 id="removed">Removed again <span class="muted small num">${groupDigits(found.removed.length)}</span></h2>
        <p class="muted small">A lower layer lists these, the image no longer does. Their files may still be in that layer.</p>
        <layerglass-table class="card" label="Packages that were removed again" .columns=${this.goneColumns} .rows=${found.removed}></layerglass-table></section>`
          : nothing
      }
      ${this.findings(found)}
    `;
  }

  /** Something else is shown now: nothing is narrowed down any more. */
  private show(found: PackagesData | undefined): void {
    this.found = found;
    this.text = "";
    this.kind = "all";
    this.layer = "all";
    this.portions.reset();
    const kinds = new Map<PackageKind, number>();
    for (const { kind } of found?.packages ?? []) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    this.kinds = [...kinds];
    this.layers = packagesByLayer(found?.packages ?? []);
    this.list = found?.packages ?? [];
  }

  private heading({ distribution, packages }: PackagesData): TemplateResult {
    const name = distribution?.prettyName ?? distribution?.id;
    const like = distribution?.idLike ?? [];
    return html`<div class="head">
      <p><strong>${name ? shown(name, 200) : "No distribution named"}</strong>
        <span class="muted small">${distribution ? html`<span class="mono">${shown([distribution.id, distribution.versionId ?? ""].join(" ").trim(), 200)}</span>${like.length > 0 ? html`, like ${shown(like.join(", "), 200)}` : nothing}` : "The image has no os-release"}</span></p>
      ${
        packages.length > 0
          ? html`<span class="saves">
        <button type="button" class="button slim" @click=${() => this.save("spdx")}>${ICONS.save} <span><span class="unseen">Save as </span>SPDX</span></button>
        <button type="button" class="button slim" @click=${() => this.save("cyclonedx")}>${ICONS.save} <span><span class="unseen">Save as </span>CycloneDX</span></button>
        <layerglass-copy label="Copy as CSV" .text=${() => packagesCsv(this.list)}></layerglass-copy>
      </span>`
          : nothing
      }
    </div>`;
  }

  private listed(found: PackagesData): TemplateResult {
    const { list, kinds, layers } = this;
    const bytes = addSizes(list.map(({ size }) => size));
    return html`<section aria-label="Packages">
      <div class="bar">
        <label class="fill"><span class="unseen">Find packages by name, version or licence</span><input type="search" placeholder="Name, version or licence" .value=${this.text} @input=${(
          event: Event,
        ) => {
          this.text = chosenIn(event);
        }}></label>
        ${
          kinds.length > 1
            ? html`<label>Kind <select .value=${this.kind} @change=${(event: Event) => {
                this.kind = chosenIn(event) as PackageKind | "all";
              }}>
          <option value="all" ?selected=${this.kind === "all"}>All (${groupDigits(found.packages.length)})</option>
          ${kinds.map(([kind, number]) => html`<option value=${kind} ?selected=${kind === this.kind}>${PACKAGE_KINDS[kind]} (${groupDigits(number)})</option>`)}
        </select></label>`
            : nothing
        }
        ${
          layers.length > 1
            ? html`<label>Layer <select .value=${String(this.layer)} @change=${(event: Event) => {
                this.layer = chosenIn(event) === "all" ? "all" : Number(chosenIn(event));
              }}>
          <option value="all" ?selected=${this.layer === "all"}>All</option>
          ${layers.map(({ layer, count: number }) => html`<option value=${layer} ?selected=${layer === this.layer}>${layer + 1} (${groupDigits(number)})</option>`)}
        </select></label>`
            : nothing
        }
        <span class="muted num" role="status" title=${exactSize(bytes)}>${count(list.length, "package")}, ${humanSize(bytes)}</span>
      </div>
      <layerglass-table class="card" label="Packages" .columns=${this.columns} .rows=${list} .order=${BY_NAME} .details=${this.details} .titled=${titled} nothing="No package fits."></layerglass-table>
    </section>`;
  }

  private none({ removed }: PackagesData): TemplateResult {
    return empty(
      ICONS.file,
      "No packages",
      `Nothing that Debian, Alpine, RPM, Python, Node, Ruby, Java, Go or Rust leave in an image was found${removed.length > 0 ? " in the file system that a container sees" : ""}.`,
    );
  }

  private findings({ findings, moreFindings }: PackagesData): TemplateResult | typeof nothing {
    if (findings.length === 0) return nothing;
    return html`<section aria-labelledby="read"><h2 id="read">What was unusual while reading <span class="muted small num">${groupDigits(findings.length)}</span></h2>
      <div class="findings">${this.portions.of("findings", findings).map((each) => findingCard(each))}</div>
      <div class="more">${this.portions.button("findings", findings)}</div>
      ${Number(moreFindings) > 0 ? html`<p class="muted small">${count(moreFindings, "more was", "more were")} counted but not kept.</p>` : nothing}
    </section>`;
  }

  private readonly details = (each: PackageData): TemplateResult =>
    packageDetails(each, (layer, path) => this.dispatchEvent(new RevealEvent(layer, path)), this.goTo);

  private save(format: "spdx" | "cyclonedx"): void {
    const words = this.image.familiarNames[0] ?? imageTitle(this.image);
    const ending = format === "spdx" ? ".spdx.json" : ".cdx.json";
    this.dispatchEvent(
      new SaveEvent({ kind: "packages", image: this.image.index, format }, fileName(words, ending)),
    );
  }
}

const BY_NAME = { id: "name", descending: false };

function titled(each: PackageData): string {
  return plain(packageName(each), 200);
}
