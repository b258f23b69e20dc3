import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { UsageKey, UsageNode } from "../../../inspect/types.js";
import { count, exactSize, humanSize } from "../../format/size.js";
import { plain } from "../../format/text.js";
import { commandFor, pressOf } from "../../keys/bindings.js";
import { link } from "../../ui/link.js";
import { shared } from "../../ui/styles.js";
import { shown } from "../../ui/text.js";
import { type Hint, layout, neighbour, type Tile } from "./layout.js";
import { nodeName, share } from "./names.js";
import { treemapStyles } from "./treemap.styles.js";
import { TREEMAP_KEYS, type TreemapCommand } from "./treemap-keys.js";

/** A part of the whole is to be shown among the files. */
export class PartEvent extends Event {
  static readonly type = "layerglass-part";
  constructor(readonly node: UsageNode) {
    super(PartEvent.type, { bubbles: true, composed: true });
  }
}

/** Another part of the whole is looked at: names of the parts from the whole down to it. */
export class ZoomEvent extends Event {
  static readonly type = "layerglass-zoom";
  constructor(readonly trail: readonly UsageNode[]) {
    super(ZoomEvent.type, { bubbles: true, composed: true });
  }
}

/** What takes how much room, as tiles. Arrow keys go from tile to tile, Enter into one, Escape and Backspace out again. */
@customElement("layerglass-treemap")
export class TreemapElement extends LitElement {
  static override styles = [shared, link, treemapStyles];

  /** From the whole down to what is looked at. */
  @property({ attribute: false }) trail: readonly UsageNode[] = [];
  /** What it is divided by. */
  @property() by: UsageKey = "folder";
  /** The tile that the keyboard is at. */
  @state() private active = 0;
  @state() private width = 0;
  @state() private height = 0;
  /** The tile that is told of below. */
  @state() private told: UsageNode | undefined;
  @query(".plane") private plane!: HTMLElement;
  private tiles: readonly Tile[] = [];
  /** The next part that comes was asked for here, from a part of it or from without. */
  private arriving: { readonly from: UsageNode | undefined } | undefined;
  private readonly resize = new ResizeObserver(() => {
    this.width = this.plane.clientWidth;
    this.height = this.plane.clientHeight;
  });

  protected override firstUpdated(): void {
    this.resize.observe(this.plane);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.plane) this.resize.observe(this.plane);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this> & Map<string, unknown>): void {
    const node = this.trail.at(-1);
    if (changed.has("trail")) {
      this.told = undefined;
      this.active = 0;
    }
    if (changed.has("trail") || changed.has("width") || changed.has("height"))
      this.tiles = node ? layout(node, this.width, this.height) : [];
  }

  override render() {
    const node = this.trail.at(-1);
    if (!node) return nothing;
    const active = Math.min(this.active, this.tiles.length - 1);
    return html`
      <div class="plane" role="group" aria-label=${`Treemap of ${nodeName(node, this.by)}: arrow keys go from tile to tile, Enter opens, Escape goes back`} @keydown=${this.key}>
        ${this.tiles.map((tile, index) => this.tile(tile, index === active))}
        ${this.width > 0 && this.tiles.length === 0 ? html`<p class="muted small">Nothing here takes any room.</p>` : nothing}
      </div>
      <div class="told">${this.told ? this.about(this.told) : html`<span class="muted">${hiddenParts(node, this.tiles)}</span>`}</div>
    `;
  }

  private tile(tile: Tile, active: boolean): TemplateResult {
    const { node, x, y, width, height, inner, index } = tile;
    const name = nodeName(node, this.by);
    const words = width >= 36 && height >= 20;
    const place = `left:${x}px;top:${y}px;width:${width}px;height:${height}px;--tint:var(--stratum-${tint(node, index)})`;
    const told = `${share(node.bytes, this.trail[0]?.bytes ?? 0)}, ${count(node.files, "file")}`;
    return html`<button type="button" class="tile ${node.name === null ? "rest" : ""} ${inner.length > 0 ? "parts" : ""}" .style=${place}
        tabindex=${active ? 0 : -1} title=${`${plain(name, 200)}, ${humanSize(node.bytes)}, ${told}`}
        @click=${() => this.open(tile)} @focus=${() => this.at(tile)} @pointerenter=${() => {
          this.told = node;
        }}>
      <span class=${words ? "words" : "unseen"}><b>${shown(name, 120)}</b><span class="num">${humanSize(node.bytes)}</span></span><span class="unseen">, ${told}</span>
      ${inner.map((hint) => this.hint(hint))}
    </button>`;
  }

  /** A part of a part: only a hint, which assistive technology meets when it goes into the tile. */
  private hint({ node, x, y, width, height }: Hint): TemplateResult {
    const hasName = node && node.name !== null && width >= 60 && height >= 20;
    return html`<span class="hint" aria-hidden="true" .style=${`left:${x - 1}px;top:${y - 1}px;width:${width}px;height:${height}px`}>${hasName ? shown(nodeName(node, this.by), 60) : nothing}</span>`;
  }

  /** One part in words, for those who cannot hover. */
  private about(node: UsageNode): TemplateResult {
    const whole = this.trail[0]?.bytes ?? 0;
    return html`<strong>${shown(node.path === undefined ? nodeName(node, this.by) : `/${node.path}`, 500)}</strong>
      <span class="num" title=${exactSize(node.bytes)}>${humanSize(node.bytes)}</span>
      <span>${share(node.bytes, whole)} of all</span>
      <span class="num">${count(node.files, "file")}</span>`;
  }

  private at(tile: Tile): void {
    this.told = tile.node;
    this.active = this.tiles.indexOf(tile);
  }

  private open(tile: Tile): void {
    const { node } = tile;
    this.active = this.tiles.indexOf(tile);
    if (node.children && node.children.length > 0) this.zoom([...this.trail, node]);
    else if (node.name !== null) this.dispatchEvent(new PartEvent(node));
  }

  /** Looks at another part; the keyboard comes to its first tile, or on the way out to the tile it came from. */
  private zoom(trail: readonly UsageNode[]): void {
    this.arriving = { from: this.trail.length > trail.length ? this.trail[trail.length] : undefined };
    this.dispatchEvent(new ZoomEvent(trail));
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { arriving } = this;
    if (!changed.has("trail") || !arriving) return;
    this.arriving = undefined;
    this.focusTile(
      Math.max(
        0,
        this.tiles.findIndex(({ node }) => node === arriving.from),
      ),
    );
  }

  private focusTile(index: number): void {
    this.active = index;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelectorAll<HTMLElement>(".tile")[index]?.focus(),
    );
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey) return;
    const command = commandFor(TREEMAP_KEYS, pressOf(event));
    // At the whole there is no way out: the key is somebody else's.
    if (!command || (command.do === "out" && this.trail.length < 2)) return;
    event.preventDefault();
    event.stopPropagation();
    this.run(command);
  };

  private run(command: TreemapCommand): void {
    const { tiles } = this;
    switch (command.do) {
      case "go": {
        const tile = tiles[Math.min(this.active, tiles.length - 1)];
        const next = tile && neighbour(tiles, tile, command.to);
        if (next) this.focusTile(tiles.indexOf(next));
        break;
      }
      case "first":
        this.focusTile(0);
        break;
      case "last":
        this.focusTile(tiles.length - 1);
        break;
      case "out":
        this.zoom(this.trail.slice(0, -1));
        break;
    }
  }
}

function tint(node: UsageNode, index: number): number {
  return (node.layer ?? index) % 8;
}

/** That some parts are too small to be seen, and where they are. */
function hiddenParts(node: UsageNode, tiles: readonly Tile[]): string {
  const parts = (node.children ?? []).length;
  const named = tiles.filter((tile) => tile.node.name !== null).length;
  if (parts === 0) return "";
  return named >= parts
    ? count(parts, "part")
    : `${count(named, "part")} of ${parts} can be told apart here; the table has them all`;
}
