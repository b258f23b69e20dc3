import type { Place } from "../model/place.js";
import type { Wanted } from "../model/wanted.js";
import type { TabId } from "./tabs.js";

/** An image of the file was chosen. */
export class ImageEvent extends Event {
  static readonly type = "layerglass-image";
  constructor(readonly index: number) {
    super(ImageEvent.type, { bubbles: true, composed: true });
  }
}

/** A layer of the image was chosen; `all` for the file system of all layers together. */
export class LayerEvent extends Event {
  static readonly type = "layerglass-layer";
  constructor(readonly layer: number | "all") {
    super(LayerEvent.type, { bubbles: true, composed: true });
  }
}

/** A path is to be shown among a layer's files; `all` for the file system of all layers together. */
export class RevealEvent extends Event {
  static readonly type = "layerglass-reveal";
  constructor(
    readonly layer: number | "all",
    readonly path: string,
  ) {
    super(RevealEvent.type, { bubbles: true, composed: true });
  }
}

/** The scan is to go on, or to begin again with another way to compare contents. */
export class ScanEvent extends Event {
  static readonly type = "layerglass-scan";
  constructor(readonly contents: "xxh3" | "sha256") {
    super(ScanEvent.type, { bubbles: true, composed: true });
  }
}

/** Something of the file is to be saved under a name. */
export class SaveEvent extends Event {
  static readonly type = "layerglass-save";
  constructor(
    readonly wanted: Wanted,
    readonly fileName: string,
  ) {
    super(SaveEvent.type, { bubbles: true, composed: true, cancelable: true });
  }
}

/** A few signs beside a tab's name, such as a count. */
export interface Badge {
  readonly text: string;
  /** What the text counts, for those who hear it: `findings`. */
  readonly words: string;
  readonly tone: "calm" | "warn" | "bad";
}

/** The view that is shown has something to say beside its tab's name, or no longer. */
export class BadgeEvent extends Event {
  static readonly type = "layerglass-badge";
  constructor(readonly badge: Badge | undefined) {
    super(BadgeEvent.type, { bubbles: true, composed: true });
  }
}

/** Another view of the image is to be shown. */
export class TabEvent extends Event {
  static readonly type = "layerglass-tab";
  constructor(readonly tab: TabId) {
    super(TabEvent.type, { bubbles: true, composed: true });
  }
}

/** A path that was to be shown among the files was found there, or is not among them. */
export class RevealedEvent extends Event {
  static readonly type = "layerglass-revealed";
  constructor(
    readonly path: string,
    readonly found: boolean,
  ) {
    super(RevealedEvent.type, { bubbles: true, composed: true });
  }
}

/**
 * Another place of the file is shown. `step` when the person went somewhere else, so that going back leads to where they were;
 * not for small moves, such as from file to file.
 */
export class PlaceEvent extends Event {
  static readonly type = "layerglass-place";
  constructor(
    readonly place: Place,
    readonly step: boolean,
  ) {
    super(PlaceEvent.type, { bubbles: true, composed: true });
  }
}
