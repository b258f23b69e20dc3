import type { ArchiveData } from "layerglass/archive";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { count, exactSize, humanSize } from "../format/size.ts";
import { ICONS } from "../ui/icons.ts";
import { Portions } from "../ui/more.ts";
import { card, shared } from "../ui/styles.ts";
import { shown } from "../ui/text.ts";

/** What a file is that holds no container images, with what its own headers say. */
@customElement("lg-facts")
export class FactsElement extends LitElement {
  static override styles = [
    shared,
    card,
    css`
      :host { container-type: inline-size; }
      article { padding: 1.5rem; display: grid; gap: 1.1rem; }
      .badge { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 12px; background: var(--accent-soft); color: var(--accent); font-size: 1.5rem; }
      h2 { font-size: 1.375rem; }
      dl { display: grid; border-top: 1px solid var(--line); }
      dl > div { display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(0, 1fr); gap: 0 1.5rem; padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
      dt { color: var(--muted); }
      dd { overflow-wrap: anywhere; }
      @container (max-width: 34rem) { article { padding: 1rem; } dl > div { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];

  @property({ attribute: false }) archive!: ArchiveData;
  private readonly portions = new Portions(this, 100);

  override render() {
    const { label, facts, size, entries, compression, kind } = this.archive;
    return html`<article class="card">
      <span class="badge">${ICONS.file}</span>
      <div>
        <h2>${label}</h2>
        <p class="muted">${
          kind === "rootfs"
            ? "A plain file system without a config, a history or layers, as docker export writes it."
            : "Layerglass knows this kind of file by its contents. It holds no container images that can be shown layer by layer."
        }</p>
      </div>
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
