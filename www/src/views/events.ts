import type { Subject } from "../model/open.ts";
import type { Wanted } from "../model/saving.ts";

/** Something was chosen to be opened. */
export class OpenEvent extends Event {
  static readonly type = "lg-open";
  constructor(readonly subject: Subject) {
    super(OpenEvent.type, { bubbles: true, composed: true });
  }
}

/** The sample that comes with the page was asked for. */
export class SampleEvent extends Event {
  static readonly type = "lg-sample";
  constructor() {
    super(SampleEvent.type, { bubbles: true, composed: true });
  }
}

/** An image of the file was chosen. */
export class ImageEvent extends Event {
  static readonly type = "lg-image";
  constructor(readonly index: number) {
    super(ImageEvent.type, { bubbles: true, composed: true });
  }
}

/** A layer of the image was chosen; `all` for the file system of all layers together. */
export class LayerEvent extends Event {
  static readonly type = "lg-layer";
  constructor(readonly layer: number | "all") {
    super(LayerEvent.type, { bubbles: true, composed: true });
  }
}

/** A path of a layer is to be shown among the layer's files. */
export class RevealEvent extends Event {
  static readonly type = "lg-reveal";
  constructor(
    readonly layer: number,
    readonly path: string,
  ) {
    super(RevealEvent.type, { bubbles: true, composed: true });
  }
}

/** The scan is to go on, or to begin again with another way to compare contents. */
export class ScanEvent extends Event {
  static readonly type = "lg-scan";
  constructor(readonly contents: "xxh3" | "sha256") {
    super(ScanEvent.type, { bubbles: true, composed: true });
  }
}

/** What is going on is to stop. */
export class StopEvent extends Event {
  static readonly type = "lg-stop";
  constructor() {
    super(StopEvent.type, { bubbles: true, composed: true });
  }
}

/** Something of the file is to be saved under a name. */
export class SaveEvent extends Event {
  static readonly type = "lg-save";
  constructor(
    readonly wanted: Wanted,
    readonly fileName: string,
  ) {
    super(SaveEvent.type, { bubbles: true, composed: true });
  }
}
