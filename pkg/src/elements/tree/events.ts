import type { TreeFilter, TreeRow, TreeSortKey } from "../../archive.js";

/** A row became the active one; `opened` when the person asked to see it, not only passed over it. */
export class RowEvent extends Event {
  static readonly type = "layerglass-row";
  constructor(
    readonly row: TreeRow | undefined,
    readonly opened: boolean,
  ) {
    super(RowEvent.type, { bubbles: true, composed: true });
  }
}

/** The tree could not answer. */
export class TreeErrorEvent extends Event {
  static readonly type = "layerglass-tree-error";
  constructor(readonly error: unknown) {
    super(TreeErrorEvent.type, { bubbles: true, composed: true });
  }
}

/** A key asked for something around it: for the search field, for the tree, or to take the filter away. */
export class TreeWishEvent extends Event {
  static readonly type = "layerglass-tree-wish";
  constructor(readonly wish: "filter" | "clear" | "tree") {
    super(TreeWishEvent.type, { bubbles: true, composed: true });
  }
}

/** The tree works out its filter, has done so, or could not, and shows what it showed before. */
export class FilteredEvent extends Event {
  static readonly type = "layerglass-filtered";
  constructor(
    readonly state: "busy" | "done" | "failed",
    /** Paths that meet the filter. */
    readonly matches: number,
    readonly error?: unknown,
  ) {
    super(FilteredEvent.type, { bubbles: true, composed: true });
  }
}

/** How the rows of a tree are sorted. */
export interface TreeOrder {
  readonly key: TreeSortKey;
  readonly descending: boolean;
}

/** Another order was asked for. */
export class OrderEvent extends Event {
  static readonly type = "layerglass-order";
  constructor(readonly order: TreeOrder) {
    super(OrderEvent.type, { bubbles: true, composed: true });
  }
}

/** Another filter was filled in, and how many criteria it has. */
export class FilterEvent extends Event {
  static readonly type = "layerglass-filter";
  constructor(
    readonly filter: TreeFilter,
    readonly count: number,
  ) {
    super(FilterEvent.type, { bubbles: true, composed: true });
  }
}
