import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ArchiveData, ErrorData, FileKind } from "../../archive.js";
import { count, exactSize, humanSize } from "../format/size.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { findingCard, findingStyles } from "./finding.js";

const DISKS: ReadonlySet<FileKind> = new Set([
  "qcow2",
  "vmdk",
  "vhd",
  "vhdx",
  "iso9660",
  "mbr-disk",
  "gpt-disk",
  "disk-folder",
]);

/** What kind of thing it is, and why there is no more to see. */
function explanation(kind: FileKind): string {
  if (DISKS.has(kind))
    return "A disk of a machine. It holds no container image with layers; its own header says this:";
  switch (kind) {
    case "sif":
      return "One packed file system with its definition, as Apptainer and Singularity run it. It has no layers; its own header says this:";
    case "squashfs":
      return "One packed file system. It has no layers; its own header says this:";
    case "kernel":
    case "cpio":
      return "A part of how a machine starts, not a container image.";
    case "docker-data-root":
      return "A daemon’s records of its images and layers. The files of the layers lie elsewhere on that machine, so they cannot be shown from here.";
    default:
      return "Known by its contents. No container image was found in it.";
  }
}

/** What a file is that holds no container images, with what its own headers say. */
@customElement("layerglass-facts")
export class FactsElement extends LitElement {
  static override styles = [
    shared,
    card,
    findingStyles,
    css`
      :host { container-type: inline-size; }
      article { padding: 1.5rem; display: grid; gap: 1.1rem; }
      .badge { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 12px; background: var(--accent-soft); color: var(--accent); font-size: 1.5rem; }
      h1 { font-size: 1.375rem; }
      dl { display: grid; border-top: 1px solid var(--line); }
      dl > div { display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(0, 1fr); gap: 0 1.5rem; padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
      dt { color: var(--muted); }
      dd { overflow-wrap: anywhere; }
      @container (max-width: 34rem) { article { padding: 1rem; } dl > div { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];

  @property({ attribute: false }) archive!: ArchiveData;
  /** Why the file could not be read further. */
  @property({ attribute: false }) problem?: ErrorData;
  private readonly portions = new Portions(this, 100);

  override render() {
    const { label, facts, size, entries, compression, kind } = this.archive;
    return html`<article class="card">
      <span class="badge">${DISKS.has(kind) ? ICONS.disk : ICONS.file}</span>
      <div>
        <h1>${label}</h1>
        <p class="muted">${explanation(kind)}</p>
      </div>
      ${this.problem ? findingCard({ ...this.problem, severity: "error" }) : nothing}
      <dl>
        <div><dt>Size</dt><dd title=${exactSize(size)}>${humanSize(size)}</dd></div>
        ${entries > 1 ? html`<div><dt>Inside</dt><dd>${count(entries, "entry", "entries")}</dd></div>` : nothing}
        ${compression === "none" ? nothing : html`<div><dt>Compressed with</dt><dd>${compression}</dd></div>`}
        ${this.portions.of("facts", facts).map(([name, value]) => html`<div><dt>${shown(name, 200)}</dt><dd>${shown(value)}</dd></div>`)}
      </dl>
      ${this.portions.button("facts", facts)}
    </article>`;
  }
}
