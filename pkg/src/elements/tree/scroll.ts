/** Browsers lay out no more than some 17 million pixels; a tree taller than this is scrolled on a smaller scale. */
const TALLEST = 8_000_000;

/** Which rows of a tall list are seen, and where they are drawn. All lengths in CSS pixels. */
export class Viewport {
  constructor(
    readonly rows: number,
    readonly rowHeight: number,
    /** Height in which rows are seen. */
    readonly height: number,
  ) {}

  /** Height of the scrolled content. */
  get contentHeight(): number {
    return Math.min(this.rows * this.rowHeight, TALLEST);
  }

  /** How far one scrolled pixel moves the list. */
  get scale(): number {
    const real = this.rows * this.rowHeight;
    return real <= TALLEST ? 1 : (real - this.height) / (TALLEST - this.height);
  }

  /** Rows to draw, with some more above and below. */
  range(scrollTop: number, margin: number): readonly [from: number, to: number] {
    const first = Math.floor((scrollTop * this.scale) / this.rowHeight);
    const seen = Math.ceil(this.height / this.rowHeight) + 1;
    return [Math.max(0, first - margin), Math.min(this.rows, first + seen + margin)];
  }

  /** Where a row is drawn, from the top of the content. */
  top(row: number, scrollTop: number): number {
    return row * this.rowHeight - scrollTop * this.scale + scrollTop;
  }

  /** The scroll position that shows a row, moving no further than needed. */
  reveal(row: number, scrollTop: number): number {
    const top = row * this.rowHeight;
    const seen = scrollTop * this.scale;
    if (top < seen) return top / this.scale;
    const bottom = top + this.rowHeight - this.height;
    return bottom > seen ? bottom / this.scale : scrollTop;
  }
}
