import type { Wanted } from "../model/wanted.js";

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

/** A path of a layer is to be shown among the layer's files. */
export class RevealEvent extends Event {
  static readonly type = "layerglass-reveal";
  constructor(
    readonly layer: number,
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
    super(SaveEvent.type, { bubbles: true, composed: true });
  }
}
