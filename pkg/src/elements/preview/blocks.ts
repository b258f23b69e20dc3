/** Rows are drawn and measured in blocks of this many. */
export const BLOCK_ROWS = 25;

/**
 * Where the blocks of a long list lie whose rows may be of different heights: blocks that were drawn have the height they were
 * measured to have, the others a likely one. All lengths in CSS pixels.
 */
export class Blocks {
  readonly #heights = new Map<number, number>();

  constructor(
    readonly rows: number,
    /** The likely height of a row. */
    readonly rowHeight: number,
  ) {}

  get count(): number {
    return Math.ceil(this.rows / BLOCK_ROWS);
  }

  /** The rows of a block. */
  rowsOf(block: number): readonly [from: number, to: number] {
    return [block * BLOCK_ROWS, Math.min(this.rows, (block + 1) * BLOCK_ROWS)];
  }

  height(block: number): number {
    const [from, to] = this.rowsOf(block);
    return this.#heights.get(block) ?? (to - from) * this.rowHeight;
  }

  /** Notes how high a block is; tells whether that is news. */
  measured(block: number, height: number): boolean {
    if (Math.abs(this.height(block) - height) < 0.5) return false;
    this.#heights.set(block, height);
    return true;
  }

  /** Where a block begins; for the number of blocks, where the list ends. */
  top(block: number): number {
    let top = 0;
    for (let each = 0; each < Math.min(block, this.count); each += 1) top += this.height(each);
    return top;
  }

  /** The blocks that are seen in a window of `height` at `scrollTop`, with half a window more above and below. */
  seen(scrollTop: number, height: number): readonly [from: number, to: number] {
    const [above, below] = [scrollTop - height / 2, scrollTop + 1.5 * height];
    let [top, from] = [0, 0];
    while (from < this.count - 1 && top + this.height(from) < above) {
      top += this.height(from);
      from += 1;
    }
    let to = from;
    while (to < this.count && (top < below || to === from)) {
      top += this.height(to);
      to += 1;
    }
    return [from, to];
  }
}
