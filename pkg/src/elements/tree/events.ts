import type { TreeRow } from "../../archive.js";

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
