import type { FileTree, TreeRow } from "../../archive.js";

/** Rows are fetched in pages of this many. */
const PAGE = 128;
/** Rows that are fetched beyond those that are drawn, so that scrolling finds them there. */
const AHEAD = 192;
/** Pages that are kept; the rest is fetched again when it is looked at. */
const MOST_PAGES = 48;

/** The rows of a file tree as far as they were looked at. The tree itself stays where it is, in a worker. */
export class Pages {
  /** Visible rows. */
  length: number;
  #pages = new Map<number, readonly TreeRow[]>();
  #wanted = new Set<number>();
  /** Grows with each change, so that answers to questions asked before it are dropped. */
  #edition = 0;
  #changes: Promise<unknown> = Promise.resolve();
  #changing = 0;

  constructor(
    readonly tree: FileTree,
    private readonly arrived: (error?: unknown) => void,
  ) {
    this.length = tree.length;
  }

  /** The row at a position, if it is here. */
  at(index: number): TreeRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Asks for the rows of a range, and of some around it, that are not here. */
  want(from: number, to: number): void {
    if (this.#changing > 0) return;
    for (
      let page = Math.floor(Math.max(0, from - AHEAD) / PAGE);
      page * PAGE < Math.min(to + AHEAD, this.length);
      page += 1
    ) {
      if (this.#pages.has(page) || this.#wanted.has(page)) continue;
      void this.#fetch(page).then(
        () => this.arrived(),
        (error: unknown) => this.arrived(error),
      );
    }
  }

  /** The row at a position, fetched if need be; `undefined` past the end. */
  async row(index: number): Promise<TreeRow | undefined> {
    if (index < 0 || index >= this.length) return undefined;
    if (!this.at(index)) await this.#fetch(Math.floor(index / PAGE));
    return this.at(index);
  }

  /**
   * Changes the tree, then fetches the rows of a range and puts them in place of the old ones in one go: no moment
   * shows rows of both. Changes happen one after the other. One that thinks before it acts says when it begins to; until then
   * rows are fetched as ever.
   */
  change<T>(
    change: (tree: FileTree, begin: () => void) => Promise<T>,
    range: (result: T) => readonly [from: number, to: number],
    thinks = false,
  ): Promise<T> {
    const work = this.#changes.then(async () => {
      let begun = 0;
      const begin = () => {
        this.#changing += 1 - begun;
        begun = 1;
      };
      if (!thinks) begin();
      try {
        const result = await change(this.tree, begin);
        const length = this.tree.length;
        const [from, to] = range(result);
        const first = Math.floor(Math.max(0, from) / PAGE);
        const pages = new Map<number, readonly TreeRow[]>();
        for (let page = first; page * PAGE < Math.min(to, length); page += 1) {
          pages.set(page, await this.tree.page(page * PAGE, PAGE));
        }
        this.#edition += 1;
        this.#wanted.clear();
        this.#pages = pages;
        this.length = length;
        return result;
      } finally {
        this.#changing -= begun;
      }
    });
    this.#changes = work.catch(() => undefined);
    return work;
  }

  async #fetch(page: number): Promise<void> {
    const edition = this.#edition;
    this.#wanted.add(page);
    try {
      const rows = await this.tree.page(page * PAGE, PAGE);
      if (edition !== this.#edition) return;
      this.#pages.set(page, rows);
      this.#forget();
    } finally {
      if (edition === this.#edition) this.#wanted.delete(page);
    }
  }

  #forget(): void {
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= MOST_PAGES) return;
      this.#pages.delete(page);
    }
  }
}
