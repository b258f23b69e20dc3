import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { FileTree, TreeFilter, TreeRow, TreeSortKey } from "../../archive.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { columnHeads, orderBy } from "./columns.js";
import {
  FilteredEvent,
  OrderEvent,
  RowEvent,
  TreeErrorEvent,
  type TreeOrder,
  TreeWishEvent,
} from "./events.js";
import { Keys, type TreeCommand } from "./keys.js";
import { Pages } from "./pages.js";
import { treeRow, waitingRow } from "./row.js";
import { Viewport } from "./scroll.js";
import { treeStyles } from "./tree.styles.js";

/** Opening all folders stops at so many rows. */
const MOST_OPENED = 5_000_000;
/** How long it is told that a path was copied, in milliseconds. */
const TOLD = 1500;
const BY_NAME: TreeOrder = { key: "name", descending: false };
/** Below this width, in pixels, there is no room for a description beside the tree. */
const SMALL = 800;
/** Rows that are moved together. */
const STRETCH = 1024;
/** Rows drawn beyond the edges, so that scrolling does not show gaps. */
const MARGIN = 10;

/** What a tree shows that nothing has been asked of. */
const UNSETTLED = { filter: "", flat: false, order: BY_NAME } as const;

function isFiltering(filter: string | TreeFilter): boolean {
  return typeof filter === "string" ? filter !== "" : Object.keys(filter).length > 0;
}

/** A file tree of any length: only what is seen is drawn, only what was looked at is fetched. */
@customElement("layerglass-tree")
export class TreeElement extends LitElement {
  static override styles = [shared, treeStyles];

  @property({ attribute: false }) tree?: FileTree;
  /** Name of the whole, for assistive technology. */
  @property() label = "Files";
  /** Leaves out what a layer changed. */
  @property({ type: Boolean, reflect: true }) plain = false;
  /** What is shown: paths that contain a text, or meet several criteria. */
  @property({ attribute: false }) filter: string | TreeFilter = "";
  /** Shows a flat list of paths instead of folders that open. */
  @property({ type: Boolean, reflect: true }) flat = false;
  /** How rows are sorted. A click on a column changes it and tells so by an `OrderEvent`. */
  @property({ attribute: false }) order = BY_NAME;
  @state() private active = 0;
  /** What is told for a moment. */
  @state() private told = "";
  @query(".grid") private grid!: HTMLElement;
  @query(".head-group") private head!: HTMLElement;

  private pages: Pages | undefined;
  private view = new Viewport(0, 30, 0);
  private rowHeight = 30;
  private readonly keys = new Keys();
  /** What the tree was last told to show, and what it was told before the answer came. */
  private settled: { filter: string | TreeFilter; flat: boolean; order: TreeOrder } = UNSETTLED;
  private acts: Promise<void> = Promise.resolve();
  private filtering: AbortController | undefined;
  /** A filter that could not be worked out is not tried again. */
  private refused: string | TreeFilter | undefined;
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

  /** Puts the keyboard on the rows. */
  focusRows(): void {
    this.grid?.focus();
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
      this.filtering?.abort();
      this.pages = this.tree ? new Pages(this.tree, this.arrived) : undefined;
      this.settled = UNSETTLED;
      // The tree is new: nothing has been asked of it.
      this.refused = undefined;
      const { filter, flat, order } = this;
      if (isFiltering(filter) || flat || !isSame(order, BY_NAME)) void this.settle();
    } else if (changed.has("filter") || changed.has("flat") || changed.has("order")) {
      void this.settle();
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
    // Rows stand still within a stretch, and the stretch moves: most rows need no work while the list is scrolled.
    const base = Math.floor(from / STRETCH) * STRETCH;
    return html`<div class="grid" role="treegrid" tabindex="0" aria-label=${this.label}
        aria-rowcount=${this.length + 1} aria-activedescendant=${activeDrawn ? `row-${this.active}` : nothing}
        .style=${`--row: ${this.rowHeight}px`}
        @scroll=${() => this.requestUpdate()} @keydown=${this.key} @click=${this.clicked}>
      <div class="head-group" role="rowgroup">${columnHeads(this.order, this.flat, (key) => this.sort(key))}</div>
      <div class="body" role="rowgroup" .style=${`height: ${this.view.contentHeight}px`}>
        <div class="stretch" role="presentation" .style=${`transform: translateY(${this.view.top(base, scrollTop)}px)`}>${repeat(
          drawn,
          (index) => index,
          (index) => {
            const top = (index - base) * this.rowHeight;
            const active = index === this.active;
            const row = this.pages?.at(index);
            const { flat } = this;
            return guard([row, top, active, flat], () => {
              const place = { index, top, active, flat };
              return row ? treeRow(row, place) : waitingRow(place);
            });
          },
        )}</div>
      </div>
    </div>
    ${this.length === 0 && isFiltering(this.filter) ? html`<p class="nothing" role="status">${this.nothing()}</p>` : nothing}
    <p class="told ${this.told === "" ? "" : "seen"}" role="status">${this.told}</p>`;
  }

  private nothing(): TemplateResult {
    const { filter } = this;
    const given = typeof filter === "string" ? { text: filter } : filter;
    const { text = "" } = given;
    if (text !== "" && Object.keys(given).length === 1) return html`No path contains “${shown(text, 200)}”`;
    return html`Nothing here meets the filter`;
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

  /** Changes the tree and stays at the same row of it. */
  private async change(change: (tree: FileTree) => Promise<unknown>): Promise<void> {
    const { pages } = this;
    if (!pages) return;
    try {
      const row = await pages.row(this.active);
      const index = await pages.change(
        async (tree) => {
          await change(tree);
          return row ? Math.max(0, await tree.reveal(row.id)) : 0;
        },
        (found) => this.rangeAround(found),
      );
      if (pages === this.pages) this.go(index, false);
    } catch (error) {
      this.arrived(error);
    }
  }

  /** Makes the tree show what was asked for: only the last of several wishes counts. */
  private async settle(): Promise<void> {
    const { pages } = this;
    if (!pages) return;
    this.filtering?.abort();
    const filtering = new AbortController();
    this.filtering = filtering;
    const { signal } = filtering;
    const { flat, order } = this;
    const filter = this.filter === this.refused ? this.settled.filter : this.filter;
    let looks = false;
    try {
      const index = await pages.change(
        async (tree, begin) => {
          const was = this.settled;
          if (signal.aborted || pages !== this.pages) return -1;
          looks = filter !== was.filter && (isFiltering(filter) || isFiltering(was.filter));
          const [before] = await tree.page(this.active, 1);
          if (looks) {
            this.dispatchEvent(new FilteredEvent("busy", tree.matches));
            await tree.filter(filter, { signal, onMatched: begin });
          }
          begin();
          const turns = !isSame(order, was.order);
          if (turns) await tree.sort(order.key, order.descending);
          if (flat !== was.flat) await tree.setFlat(flat);
          this.settled = { filter, flat, order };
          // Who looks for something, or sorts, begins with the first; who is done looking stays with what was found.
          const restarts = !before || turns || (looks && isFiltering(filter));
          return restarts ? 0 : Math.max(0, await tree.reveal(before.id));
        },
        (found) => this.rangeAround(found),
        true,
      );
      if (pages !== this.pages || index < 0) return;
      if (looks) this.dispatchEvent(new FilteredEvent("done", pages.tree.matches));
      this.go(index, false);
    } catch (error) {
      if (pages !== this.pages || signal.aborted) return;
      if (!looks) return this.arrived(error);
      this.refused = filter;
      this.dispatchEvent(new FilteredEvent("failed", pages.tree.matches, error));
      void this.settle();
    }
  }

  private sort(key: TreeSortKey): void {
    this.order = orderBy(key, this.order);
    this.dispatchEvent(new OrderEvent(this.order));
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
    if (event.target !== this.grid) return;
    const command = this.keys.read(event);
    // What the person has marked is what they want to copy.
    if (!command || (command.do === "copy" && getSelection()?.toString())) return;
    event.preventDefault();
    // One after the other: what a key does depends on what the one before it did.
    this.acts = this.acts.then(() => this.run(command)).catch(this.arrived);
  };

  private async run(command: TreeCommand): Promise<void> {
    const { pages, active } = this;
    if (command.do === "filter" || command.do === "clear") {
      this.dispatchEvent(new TreeWishEvent(command.do));
      return;
    }
    if (!pages || this.length === 0) return;
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
      case "open-all":
        return this.expandAll();
      case "find": {
        // One letter goes on to the next match; more letters narrow down the one that is found.
        const found = await pages.tree.find(command.text, command.text.length > 1 ? active : active + 1);
        if (found >= 0) this.go(found, false);
        return;
      }
      default:
        return this.runOnRow(command.do, pages, active);
    }
  }

  private async runOnRow(
    command: "open" | "close" | "parent" | "activate" | "copy",
    pages: Pages,
    index: number,
  ): Promise<void> {
    const row = await pages.row(index);
    if (!row) return;
    const folder = row.kind === "directory" && row.children > 0;
    if (command === "copy") {
      await this.copy(row);
    } else if (command === "activate") {
      if (folder) await this.setExpanded(index, !row.expanded);
      this.go(index, true);
    } else if (command === "open") {
      if (folder && !row.expanded) await this.setExpanded(index, true);
      else if (folder) this.go(index + 1, false);
    } else if (command === "close" && folder && row.expanded) {
      await this.setExpanded(index, false);
    } else if (row.parent !== 0) {
      const parent = await pages.tree.reveal(row.parent);
      if (parent >= 0) this.go(parent, false);
    }
  }

  private async copy(row: TreeRow): Promise<void> {
    try {
      await navigator.clipboard.writeText(`/${row.path}`);
      this.told = "Path copied";
    } catch {
      this.told = "The browser does not allow copying";
    }
    setTimeout(() => {
      this.told = "";
    }, TOLD);
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

function isSame(one: TreeOrder, other: TreeOrder): boolean {
  return one.key === other.key && one.descending === other.descending;
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
