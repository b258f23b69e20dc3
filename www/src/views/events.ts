import type { Subject } from "../model/open.ts";

/** Something was chosen to be opened. */
export class OpenEvent extends Event {
  static readonly type = "layerglass-open";
  constructor(readonly subject: Subject) {
    super(OpenEvent.type, { bubbles: true, composed: true });
  }
}

/** The sample that comes with the page was asked for. */
export class SampleEvent extends Event {
  static readonly type = "layerglass-sample";
  constructor() {
    super(SampleEvent.type, { bubbles: true, composed: true });
  }
}

/** What is going on is to stop. */
export class StopEvent extends Event {
  static readonly type = "layerglass-stop";
  constructor() {
    super(StopEvent.type, { bubbles: true, composed: true });
  }
}
