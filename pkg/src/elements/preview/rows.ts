import { type CSSResultGroup, css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../ui/styles.js";
import { BLOCK_ROWS, Blocks } from "./blocks.js";

/** A long list of rows, of which those near the window are in the document. What the rows are is up to who extends it. */
export abstract class RowsElement extends LitElement {
  static override styles: CSSResultGroup = [
    shared,
    css`
      :host { min-height: 0; min-width: 0; display: grid; grid-template-rows: minmax(0, 1fr); }
      .scroll { overflow: auto; overscroll-behavior: contain; font: var(--small)/1.5 var(--mono); tab-size: 4; padding-block: 0.5rem; }
      .scroll:focus-visible { outline-offset: -2px; }
      .block { width: max-content; min-width: 100%; }
      .wrap .block { width: auto; }
    `,
  ];

  /** What the list is, for those who do not see it. */
  @property() label = "Contents";
  @query(".scroll") protected pane?: HTMLElement;
  private blocks = new Blocks(0, 20);
  private width = 0;
  private height = 600;
  private readonly resize = new ResizeObserver(() => {
    const { pane } = this;
    if (!pane) return;
    // Lines break elsewhere in another width.
    if (pane.clientWidth !== this.width && this.wraps) this.blocks = this.freshBlocks();
    this.width = pane.clientWidth;
    this.height = pane.clientHeight;
    this.requestUpdate();
  });

  /** How many rows there are. */
  protected abstract rowCount(): number;
  /** One of them: an element with the class `row`. */
  protected abstract row(index: number): TemplateResult;

  /** Whether rows are of different heights. */
  protected get wraps(): boolean {
    return false;
  }

  /** To be called when the rows are others than before. */
  protected rowsChanged(): void {
    this.blocks = this.freshBlocks();
    this.requestUpdate();
  }

  private freshBlocks(): Blocks {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    return new Blocks(this.rowCount(), rem * 0.8125 * 1.5);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  protected override firstUpdated(): void {
    if (this.pane) this.resize.observe(this.pane);
  }

  protected override updated(_changed: PropertyValues): void {
    let news = false;
    for (const element of this.renderRoot.querySelectorAll<HTMLElement>(".block"))
      news =
        this.blocks.measured(Number(element.dataset.block), element.getBoundingClientRect().height) || news;
    if (news) this.requestUpdate();
  }

  override render(): TemplateResult {
    const { blocks } = this;
    const [from, to] = blocks.seen(this.pane?.scrollTop ?? 0, this.height);
    const drawn = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    return html`<div class="scroll ${this.wraps ? "wrap" : ""}" role="region" tabindex="0" aria-label=${this.label} @scroll=${() => this.requestUpdate()}>
      <div .style=${`height: ${blocks.top(from)}px`}></div>
      ${repeat(
        drawn,
        (block) => block,
        (block) => html`<div class="block" data-block=${block}>${this.rowsOf(block)}</div>`,
      )}
      <div .style=${`height: ${blocks.top(blocks.count) - blocks.top(to)}px`}></div>
    </div>`;
  }

  private rowsOf(block: number): TemplateResult[] {
    const [from, to] = this.blocks.rowsOf(block);
    return Array.from({ length: to - from }, (_, offset) => this.row(from + offset));
  }

  /** Keys scroll it from now on. */
  async focusRows(): Promise<void> {
    await this.updateComplete;
    this.pane?.focus({ preventScroll: true });
  }

  /** Scrolls to a row; `inside` chooses what of the row is to be seen. */
  async reveal(index: number, inside?: string): Promise<void> {
    const block = Math.floor(index / BLOCK_ROWS);
    // The second time the blocks around it have been measured.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await this.updateComplete;
      const { pane } = this;
      if (!pane || index < 0 || index >= this.blocks.rows) return;
      const row = this.drawnRow(block, index);
      if (row) {
        const place = (inside && row.querySelector(inside)) || row;
        const [outer, inner] = [pane.getBoundingClientRect(), place.getBoundingClientRect()];
        pane.scrollTop += inner.top - outer.top - outer.height / 3;
        if (inner.left < outer.left || inner.right > outer.right)
          pane.scrollLeft = Math.max(0, pane.scrollLeft + inner.left - outer.left - outer.width / 3);
      } else pane.scrollTop = this.blocks.top(block);
      this.requestUpdate();
      await this.updateComplete;
    }
  }

  private drawnRow(block: number, index: number): Element | undefined {
    const drawn = this.renderRoot.querySelector(`.block[data-block="${block}"]`);
    return drawn?.querySelectorAll(".row")[index - this.blocks.rowsOf(block)[0]];
  }
}
