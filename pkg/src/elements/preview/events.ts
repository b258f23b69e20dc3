import type { SaveEvent } from "../views/events.js";
import type { ByteSource } from "./bytes.js";

/** Something is to be looked into. */
export class PreviewEvent extends Event {
  static readonly type = "layerglass-preview";
  constructor(
    readonly source: ByteSource,
    /** What saves it. */
    readonly save?: () => SaveEvent,
  ) {
    super(PreviewEvent.type, { bubbles: true, composed: true });
  }
}

/** Two things are to be compared. */
export class DiffEvent extends Event {
  static readonly type = "layerglass-diff";
  constructor(
    readonly before: ByteSource,
    readonly after: ByteSource,
  ) {
    super(DiffEvent.type, { bubbles: true, composed: true });
  }
}
