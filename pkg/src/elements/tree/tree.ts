import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { FileTree, TreeRow } from "../../archive.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { RowEvent, TreeErrorEvent } from "./events.js";
import { Keys, type TreeCommand } from "./keys.js";
import { Pages } from "./pages.js";
import { treeRow, waitingRow } from "./row.js";
import { Viewport } from "./scroll.js";
import { treeStyles } from "./tree.styles.js";
import { findName, findParent } from "./walk.js";

type SortKey = "name" | "size" | "mtime";

/** Opening all folders stops at so many rows; nobody scrolls further. */
const MOST_OPENED = 200_000;
/** Below this width, in pixels, there is no room for a description beside the tree. */
const SMALL = 800;
/** Rows drawn beyond the edges, so that scrolling does not show gaps. */
const MARGIN = 10;

/** A file tree of any length: only what is seen is drawn, only what was looked at is fetched. */
@customElement("layerglass-tree")
export class TreeElement extends LitElement {
  static override styles = [shared, treeStyles];

  @property({ attribute: false }) tree?: FileTree;
  /** Name of the whole, for assistive technology. */
  @property() label = "Files";
  /** Leaves out what a layer changed. */
  @property({ type: Boolean, reflect: true }) plain = false;
  @property({ attribute: false }) filter = "";
  @state() private active = 0;
  @state() private sortKey: SortKey = "name";
  @state() private descending = false;
  @query(".grid") private grid!: HTMLElement;
  @query(".head-group") private head!: HTMLElement;

  private pages: Pages | undefined;
  private view = new Viewport(0, 30, 0);
  private rowHeight = 30;
  private readonly keys = new Keys();
  private readonly resize = new ResizeObserver(() => this.measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  /** The number of visible rows. */
  get length(): number {
    return this.pages?.length ?? 0;
  }

  /** Opens every folder, as far as the tree's own limit goes. */
  async expandAll(): Promise<void> {
    await this.change((tree) => tree.expandAll(MOST_OPENED));
  }

  /** Goes to a path, opening the folders above it. False when it is not in the tree. */
  async reveal(path: string): Promise<boolean> {
    const { pages } = this;
    if (!pages) return false;
    const index = await pages.change(
      (tree) => tree.reveal(path),
      (found) => this.rangeAround(Math.max(0, found)),
    );
    if (index >= 0) this.go(index, true);
    return index >= 0;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("tree")) {
      this.active = 0;
      this.sortKey = "name";
      this.descending = false;
      this.pages = this.tree ? new Pages(this.tree, this.arrived) : undefined;
      if (this.pages && this.filter) void this.applyFilter();
    } else if (changed.has("filter")) {
      void this.applyFilter();
    }
    this.view = new Viewport(this.length, this.rowHeight, this.view.height);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("tree") && this.grid) this.grid.scrollTop = 0;
    const [from, to] = this.view.range(this.grid?.scrollTop ?? 0, MARGIN);
    this.pages?.want(from, to);
  }

  protected override firstUpdated(): void {
    this.measure();
  }

  override render(): TemplateResult {
    const scrollTop = this.grid?.scrollTop ?? 0;
    const [from, to] = this.view.range(scrollTop, MARGIN);
    const drawn = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    const activeDrawn = this.active >= from && this.active < to;
    return html`<div class="grid" role="treegrid" tabindex="0" aria-label=${this.label}
        aria-rowcount=${this.length + 1} aria-activedescendant=${activeDrawn ? `row-${this.active}` : nothing}
        .style=${`--row: ${this.rowHeight}px`}
        @scroll=${() => this.requestUpdate()} @keydown=${this.key} @click=${this.clicked}>
      <div class="head-group" role="rowgroup">
        <div class="head" role="row" aria-rowindex="1">
          ${this.columnHead("name", "Name", "name")}
          <span role="columnheader" class="change">Change</span>
          ${this.columnHead("size", "Size", "size")}
          <span role="columnheader" class="mode">Mode</span>
          <span role="columnheader" class="owner">Owner</span>
          ${this.columnHead("mtime", "Modified", "mtime")}
          <span role="columnheader" class="layer" title="The layer that wrote it">Layer</span>
        </div>
      </div>
      <div class="body" role="rowgroup" .style=${`height: ${this.view.contentHeight}px`}>
        ${repeat(
          drawn,
          (index) => index,
          (index) => {
            const place = { index, top: this.view.top(index, scrollTop), active: index === this.active };
            const row = this.pages?.at(index);
            return row ? treeRow(row, place) : waitingRow(place);
          },
        )}
      </div>
    </div>
    ${this.length === 0 && this.filter !== "" ? html`<p class="nothing" role="status">No path contains “${shown(this.filter, 200)}”</p>` : nothing}`;
  }

  private columnHead(key: SortKey, name: string, column: string): TemplateResult {
    const sorted = this.sortKey === key;
    const order = this.descending ? "descending" : "ascending";
    return html`<span role="columnheader" class=${column} aria-sort=${sorted ? order : "none"}>
      <button type="button" @click=${() => this.sort(key)}>${name}${sorted ? html`<span class="arrow" aria-hidden="true">${this.descending ? "▼" : "▲"}</span>` : nothing}</button>
    </span>`;
  }

  private readonly measure = (): void => {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    // Fingers need more room than a pointer does.
    this.rowHeight = Math.round(rem * (matchMedia("(pointer: coarse)").matches ? 2.5 : 1.875));
    const height = (this.grid?.clientHeight ?? 0) - (this.head?.offsetHeight ?? 0);
    this.view = new Viewport(this.length, this.rowHeight, Math.max(0, height));
    this.requestUpdate();
  };

  private readonly arrived = (error?: unknown): void => {
    if (error !== undefined) this.dispatchEvent(new TreeErrorEvent(error));
    this.requestUpdate();
  };

  private rangeAround(index: number): readonly [number, number] {
    const seen = Math.ceil(this.view.height / this.rowHeight) + 2 * MARGIN;
    return [index - seen, index + seen];
  }

  /** Changes the tree and stays at the same place in it. */
  private async change(change: (tree: FileTree) => Promise<unknown>, to?: number): Promise<void> {
    const { pages } = this;
    if (!pages) return;
    try {
      const path = to === undefined ? (await pages.row(this.active))?.path : undefined;
      const index = await pages.change(
        async (tree) => {
          await change(tree);
          return to ?? (path === undefined ? 0 : Math.max(0, await tree.reveal(path)));
        },
        (found) => this.rangeAround(found),
      );
      if (pages === this.pages) this.go(index, false);
    } catch (error) {
      this.arrived(error);
    }
  }

  private async applyFilter(): Promise<void> {
    await this.change((tree) => tree.filter(this.filter), 0);
  }

  private sort(key: SortKey): void {
    this.descending = this.sortKey === key ? !this.descending : key !== "name";
    this.sortKey = key;
    void this.change((tree) => tree.sort(this.sortKey, this.descending), 0);
  }

  private go(index: number, opened: boolean): void {
    this.active = Math.max(0, Math.min(index, this.length - 1));
    this.view = new Viewport(this.length, this.rowHeight, this.view.height);
    this.requestUpdate();
    void this.updateComplete.then(async () => {
      const { grid, pages } = this;
      const wanted = this.view.reveal(this.active, grid.scrollTop);
      if (Math.abs(wanted - grid.scrollTop) >= 1) grid.scrollTop = wanted;
      const row = await pages?.row(this.active);
      if (pages === this.pages) {
        this.dispatchEvent(new RowEvent(row, opened));
        this.requestUpdate();
      }
    });
  }

  private async setExpanded(index: number, expanded: boolean): Promise<void> {
    const { pages } = this;
    const row = await pages?.row(index);
    if (!pages || !row || row.expanded === expanded) return;
    try {
      await pages.change(
        (tree) => tree.setExpanded(row.id, expanded),
        () => this.rangeAround(index),
      );
      this.go(index, false);
    } catch (error) {
      this.arrived(error);
    }
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.target !== this.grid || this.length === 0) return;
    const command = this.keys.read(event);
    if (!command) return;
    event.preventDefault();
    void this.run(command).catch(this.arrived);
  };

  private async run(command: TreeCommand): Promise<void> {
    const { pages, active } = this;
    if (!pages) return;
    const page = Math.max(1, Math.floor(this.view.height / this.rowHeight) - 1);
    switch (command.do) {
      case "move":
        return this.go(active + command.by, false);
      case "page":
        return this.go(active + command.by * page, false);
      case "first":
        return this.go(0, false);
      case "last":
        return this.go(this.length - 1, false);
      case "find": {
        // One letter goes on to the next match; more letters narrow down the one that is found.
        const found = await findName(pages, command.text.length > 1 ? active : active + 1, command.text);
        if (found >= 0) this.go(found, false);
        return;
      }
      default:
        return this.runOnRow(command.do, pages, active);
    }
  }

  private async runOnRow(command: "open" | "close" | "activate", pages: Pages, index: number): Promise<void> {
    const row = await pages.row(index);
    if (!row) return;
    const folder = row.kind === "directory" && row.children > 0;
    if (command === "activate") {
      if (folder) await this.setExpanded(index, !row.expanded);
      this.go(index, true);
    } else if (command === "open") {
      if (folder && !row.expanded) await this.setExpanded(index, true);
      else if (folder) this.go(index + 1, false);
    } else if (folder && row.expanded) {
      await this.setExpanded(index, false);
    } else {
      const parent = await this.parentOf(pages, row, index);
      if (parent >= 0) this.go(parent, false);
    }
  }

  private async parentOf(pages: Pages, row: TreeRow, index: number): Promise<number> {
    if (row.depth === 0) return -1;
    const near = await findParent(pages, row, index);
    // Among very many siblings the tree itself finds the parent faster than a walk back.
    return near >= 0 ? near : pages.tree.reveal(row.path.slice(0, row.path.length - row.name.length - 1));
  }

  private readonly clicked = (event: Event): void => {
    const index = rowAt(event);
    const row = index === undefined ? undefined : this.pages?.at(index);
    if (index === undefined || !row) return;
    const folder = row.kind === "directory" && row.children > 0;
    if (folder) void this.setExpanded(index, !row.expanded);
    // Where there is little room, the description would cover the children that were asked for.
    const small = this.clientWidth < SMALL || matchMedia("(pointer: coarse)").matches;
    this.go(index, !(folder && (small || onTwisty(event))));
  };
}

function onTwisty(event: Event): boolean {
  return event.composedPath().some((node) => node instanceof Element && node.classList.contains("twisty"));
}

function rowAt(event: Event): number | undefined {
  for (const node of event.composedPath()) {
    if (node instanceof HTMLElement && node.dataset.index !== undefined) return Number(node.dataset.index);
  }
  return undefined;
}
