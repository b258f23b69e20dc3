import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Archive, TreeRow } from "../../archive.js";
import { hexBytes, modeText } from "../format/id.js";
import { count, exactSize, groupDigits, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { exactSeconds, shortSeconds } from "../format/time.js";
import { ICONS } from "../ui/icons.js";
import "../ui/id.js";
import { fileName } from "../format/file-name.js";
import { fileBytes } from "../preview/bytes.js";
import { PreviewEvent } from "../preview/events.js";
import { Portions } from "../ui/more.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { LayerEvent, SaveEvent } from "../views/events.js";
import { changeText, KIND } from "./describe.js";
import "./versions.js";

/** Everything known of one file, folder or link. */
@customElement("layerglass-entry")
export class EntryElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { overflow-y: auto; overscroll-behavior: contain; padding: 0.9rem 1.1rem 1.1rem; }
      header { display: flex; align-items: start; gap: 0.5rem; margin-bottom: 0.75rem; }
      h3 { flex: 1; min-width: 0; font-size: 1rem; overflow-wrap: anywhere; }
      header .button { margin: -0.25rem -0.4rem 0 0; }
      dl { display: grid; gap: 0.55rem; }
      dl > div { display: grid; min-width: 0; }
      dd { overflow-wrap: anywhere; min-width: 0; font-size: 0.875rem; }
      .link { border: 0; padding: 0; min-height: 1.5rem; background: none; color: var(--accent); cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
      .link:hover { color: var(--accent-strong); }
      .saves { display: flex; flex-wrap: wrap; gap: 0.4rem; margin-bottom: 0.75rem; }
      layerglass-versions { margin-top: 0.75rem; }
      layerglass-id { margin-block: -0.15rem; }
    `,
  ];

  @property({ attribute: false }) row?: TreeRow;
  @property({ attribute: false }) archive?: Archive;
  /** The image, and the uppermost layer that counts. */
  @property({ attribute: false }) image = 0;
  @property({ attribute: false }) upTo = 0;
  private readonly portions = new Portions(this, 20);

  override render() {
    const { row } = this;
    if (!row) return nothing;
    return html`<header>
        <h3>${shown(row.name, 1000)}</h3>
        <button type="button" class="button quiet square slim" title="Close" @click=${() => this.dispatchEvent(new Event("layerglass-close"))}>${ICONS.cross}<span class="unseen">Close</span></button>
      </header>
      ${this.saves(row)}
      <dl>
        ${fact("Path", html`<layerglass-id full what="path" .value=${`/${row.path}`}></layerglass-id>`)}
        ${fact("Kind", row.implied ? "folder that no layer lists, only what is in it" : KIND[row.kind])}
        ${row.nameBytes ? fact("Name’s bytes", html`<span class="mono">${hexBytes(row.nameBytes)}</span>`) : nothing}
        ${row.target === undefined ? nothing : fact("Points to", html`<span class="mono">${shown(row.target)}</span>`)}
        ${row.device ? fact("Device", `${row.device[0]}, ${row.device[1]}`) : nothing}
        ${row.change === "unchanged" ? nothing : fact("In this layer", changeText(row))}
        ${row.kind === "file" ? fact("Size", bytes(row.size)) : nothing}
        ${row.kind === "directory" ? fact("With all inside", bytes(row.totalSize)) : nothing}
        ${row.kind === "directory" && row.children > 0 ? fact("Entries", groupDigits(row.children)) : nothing}
        ${row.implied ? nothing : this.metadata(row)}
        ${row.sha256 ? fact("SHA-256 of contents", html`<layerglass-id what="SHA-256" .value=${row.sha256}></layerglass-id>`) : nothing}
        ${row.xxh3 ? fact("XXH3-128 of contents", html`<layerglass-id what="XXH3" .value=${row.xxh3}></layerglass-id>`) : nothing}
        ${this.extended(row.xattrs ?? [])}
      </dl>
      ${row.kind === "directory" ? nothing : html`<layerglass-versions .archive=${this.archive} .image=${this.image} .path=${row.path} .name=${row.name}></layerglass-versions>`}`;
  }

  /** What there is of it to be saved: a file, or a folder with all that is in it. */
  private saves(row: TreeRow): TemplateResult | typeof nothing {
    const { image, upTo } = this;
    const { path, layer, name } = row;
    if (row.kind === "file") {
      const save = () => new SaveEvent({ kind: "file", image, layer, path }, fileName(name));
      return html`<p class="saves">
        <button type="button" class="button slim" @click=${() => this.preview()}>${ICONS.eye} Preview<span class="unseen">, ${plain(name, 200)}</span></button>
        ${this.button("Save file", name, save)}
      </p>`;
    }
    if (row.kind !== "directory" || path === "") return nothing;
    // A folder that the layer removes is as the layers below it left it.
    const to = row.change === "removed" ? upTo - 1 : upTo;
    const save = () => new SaveEvent({ kind: "tar", image, to, path }, fileName(name, ".tar"));
    return html`<p class="saves">${this.button("Save folder as tar", name, save)}</p>`;
  }

  /** Asks for what is in the file to be shown; nothing happens for what is no file. */
  preview(): void {
    const { archive, row, image, upTo } = this;
    if (!archive || row?.kind !== "file") return;
    const { path, layer, name } = row;
    const label =
      row.change === "removed" ? `as layer ${layer + 1} left it; layer ${upTo + 1} deletes it` : undefined;
    const save = () => new SaveEvent({ kind: "file", image, layer, path }, fileName(name));
    this.dispatchEvent(new PreviewEvent(fileBytes(archive, { image, path, layer }, label), save));
  }

  private button(words: string, name: string, event: () => SaveEvent): TemplateResult {
    return html`<button type="button" class="button slim" @click=${() => this.dispatchEvent(event())}>${ICONS.save} ${words}<span class="unseen">, ${plain(name, 200)}</span></button>`;
  }

  private metadata(row: TreeRow): TemplateResult {
    const owner =
      row.owner || row.group
        ? html`${shown(row.owner || "?", 100)} : ${shown(row.group || "?", 100)} <span class="muted num">(${row.uid} : ${row.gid})</span>`
        : html`<span class="num">${row.uid} : ${row.gid}</span>`;
    return html`
      ${fact("Mode", html`<span class="mono">${modeText(row.mode)}</span> <span class="muted mono">0${(row.mode & 0o7777).toString(8).padStart(3, "0")}</span>`)}
      ${fact("Owner", owner)}
      ${fact("Modified", html`<span class="num" title=${exactSeconds(row.mtime)}>${shortSeconds(row.mtime)} UTC</span>`)}
      ${row.links > 1 ? fact("Hard links", `${count(row.links, "name")} for the same contents`) : nothing}
      ${fact("Written by", html`<button type="button" class="link" @click=${() => this.dispatchEvent(new LayerEvent(row.layer))}>layer ${row.layer + 1}</button>`)}
    `;
  }

  private extended(
    xattrs: readonly (readonly [name: string, value: Uint8Array])[],
  ): TemplateResult | typeof nothing {
    if (xattrs.length === 0) return nothing;
    return fact(
      "Extended attributes",
      html`${this.portions.of("xattrs", xattrs).map(([name, value]) => html`<div class="mono">${shown(name, 300)} = ${hexBytes(value)}</div>`)}${this.portions.button("xattrs", xattrs)}`,
    );
  }
}

function fact(name: string, value: unknown): TemplateResult {
  return html`<div><dt class="label">${name}</dt><dd>${value}</dd></div>`;
}

function bytes(size: number | bigint): TemplateResult {
  return html`<span class="num">${humanSize(size)} <span class="muted">${exactSize(size)}</span></span>`;
}
