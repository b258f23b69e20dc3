import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { WasteData, WasteItem, WasteKind } from "../../../inspect/types.js";
import { addSizes, count, exactSize, humanSize } from "../../format/size.js";
import { plain } from "../../format/text.js";
import { WASTE, WASTE_KINDS } from "../../model/waste.js";
import { commandText } from "../../ui/command.js";
import { layerMark } from "../../ui/layer-mark.js";
import { card, shared } from "../../ui/styles.js";
import "../../ui/table.js";
import type { Column } from "../../ui/table.js";
import { shown } from "../../ui/text.js";
import { LayerEvent, RevealEvent } from "../events.js";

/** Every copy that is of no use, the largest first, each with the layers and commands that made it so. */
@customElement("layerglass-waste-items")
export class WasteItemsElement extends LitElement {
  static override styles = [
    shared,
    card,
    css`
      :host { display: grid; gap: 0.6rem; min-width: 0; }
      .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; font-size: var(--small); }
      .bar label { display: inline-flex; align-items: center; gap: 0.5rem; }
      select { min-height: 2.125rem; padding: 0.2rem 0.5rem; border: 1px solid var(--line-strong); border-radius: var(--radius-small); background: var(--surface); color: var(--text); font: inherit; font-size: 0.875rem; }
    `,
  ];

  @property({ attribute: false }) waste!: WasteData;
  @state() private kind: WasteKind | "all" = "all";
  @state() private layer: number | "all" = "all";
  private items: readonly WasteItem[] = [];
  private readonly columns: readonly Column<WasteItem>[] = [
    {
      id: "path",
      name: "Path",
      grow: 55,
      by: ({ path }) => path,
      cell: (item) => this.file(item.layer, item.path),
    },
    { id: "kind", name: "Why", by: ({ kind }) => kind, cell: ({ kind }) => WASTE[kind].name },
    {
      id: "size",
      name: "Size",
      end: true,
      largestFirst: true,
      by: ({ bytes }) => bytes,
      cell: ({ bytes }) => html`<span title=${exactSize(bytes)}>${humanSize(bytes)}</span>`,
    },
    {
      id: "layer",
      name: "In layer",
      from: "medium",
      by: ({ layer }) => layer,
      cell: ({ layer }) => this.mark(layer),
    },
    {
      id: "by",
      name: "Because of",
      from: "medium",
      by: ({ by }) => by,
      cell: ({ by }) => this.mark(by),
    },
  ];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("waste")) {
      this.kind = "all";
      this.layer = "all";
    }
    const { kind, layer } = this;
    if (changed.has("waste") || changed.has("kind") || changed.has("layer"))
      this.items = this.waste.items.filter(
        (item) => (kind === "all" || item.kind === kind) && (layer === "all" || item.layer === layer),
      );
  }

  override render() {
    const { waste, items } = this;
    const bytes = addSizes(items.map((item) => item.bytes));
    return html`
      <div class="bar">
        <label>Kind <select @change=${(event: Event) => {
          this.kind = (event.target as HTMLSelectElement).value as WasteKind | "all";
        }}>
          <option value="all" ?selected=${this.kind === "all"}>All kinds</option>
          ${WASTE_KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${WASTE[kind].name}</option>`)}
        </select></label>
        <label>In layer <select @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          this.layer = value === "all" ? "all" : Number(value);
        }}>
          <option value="all" ?selected=${this.layer === "all"}>All layers</option>
          ${waste.layers.map(({ layer }) => html`<option value=${layer} ?selected=${layer === this.layer}>${layer + 1}</option>`)}
        </select></label>
        <span class="muted num" role="status" title=${exactSize(bytes)}>${count(items.length, "copy", "copies")}, ${humanSize(bytes)}</span>
      </div>
      <layerglass-table class="card" label="Copies that are of no use" .columns=${this.columns} .rows=${items} .order=${LARGEST}
        .details=${this.details} .titled=${titled} nothing="Nothing of that kind."></layerglass-table>
      ${Number(waste.moreItems) > 0 ? html`<p class="muted small">${count(waste.moreItems, "smaller copy is", "smaller copies are")} counted above (${humanSize(waste.moreBytes)}) but not listed.</p>` : nothing}
    `;
  }

  private readonly details = (item: WasteItem): TemplateResult => {
    const { kind, layer, by, sameAs, unchanged } = item;
    return html`<dl class="facts">
      <dt>What happened</dt><dd>${this.happened(item)}</dd>
      ${kind === "duplicate" && sameAs !== undefined ? html`<dt>The copy that counts</dt><dd>${this.file(by, sameAs)} ${this.mark(by)}</dd>` : nothing}
      ${unchanged ? html`<dt>Contents</dt><dd>The same was written again: only its mode, owner or time can differ.</dd>` : nothing}
      <dt>Held by layer ${layer + 1}</dt><dd>${commandText(this.commandOf(layer))}</dd>
      ${by === layer ? nothing : html`<dt>${kind === "duplicate" ? "Kept in" : kind === "removed" ? "Deleted by" : "Overwritten by"} layer ${by + 1}</dt><dd>${commandText(this.commandOf(by))}</dd>`}
    </dl>`;
  };

  private happened({ kind, layer, by, bytes }: WasteItem): string {
    const size = exactSize(bytes);
    if (kind === "duplicate") return `${size} of layer ${layer + 1} are there once more.`;
    const what = kind === "removed" ? "deleted" : "written again";
    return by === layer
      ? `Layer ${layer + 1} holds ${size} that it ${kind === "removed" ? "never shows" : "writes again itself"}.`
      : `Layer ${by + 1} has it ${what}; its ${size} stay in layer ${layer + 1}.`;
  }

  private commandOf(layer: number): string | undefined {
    return this.waste.layers.find((each) => each.layer === layer)?.command;
  }

  private file(layer: number, path: string): TemplateResult {
    return html`<button type="button" class="link" @click=${() => this.dispatchEvent(new RevealEvent(layer, path))}>${shown(`/${path}`, 400)}</button>`;
  }

  private mark(layer: number): TemplateResult {
    return layerMark(layer, (chosen) => this.dispatchEvent(new LayerEvent(chosen)));
  }
}

const LARGEST = { id: "size", descending: true };

function titled({ path }: WasteItem): string {
  return plain(`/${path}`, 200);
}
