import type { StoreChange } from "../store-types.js";

/** What the event `change` of an `ImageStore` brings. */
export class StoreChangeEvent extends Event {
  readonly detail: StoreChange;

  constructor(detail: StoreChange) {
    super("change");
    this.detail = detail;
  }
}

/** Who is told of changes. */
export type StoreChangeListener =
  | ((event: StoreChangeEvent) => void)
  | { handleEvent(event: StoreChangeEvent): void };

/** A target of the one event `change`. */
export class StoreEvents extends EventTarget {
  /**
   * Has a listener called after each change, when no lock is held.
   *
   * @example
   * store.addEventListener("change", ({ detail }) => console.log(detail.type));
   */
  override addEventListener(
    type: "change",
    listener: StoreChangeListener | null,
    options?: boolean | { readonly once?: boolean; readonly signal?: AbortSignal },
  ): void {
    super.addEventListener(type, listener as Parameters<EventTarget["addEventListener"]>[1], options);
  }

  /** Has a listener called no more. */
  override removeEventListener(type: "change", listener: StoreChangeListener | null): void {
    super.removeEventListener(type, listener as Parameters<EventTarget["removeEventListener"]>[1]);
  }
}

/** Changes one after the other, from now on until the signal or the store ends them. */
export function changesOf(
  target: StoreEvents,
  ended: AbortSignal,
  signal?: AbortSignal,
): AsyncGenerator<StoreChange, void, void> {
  const waiting: StoreChange[] = [];
  let wake = () => {};
  const note = (event: StoreChangeEvent) => {
    waiting.push(event.detail);
    wake();
  };
  const stop = new AbortController();
  const end = () => {
    target.removeEventListener("change", note);
    stop.abort();
  };
  for (const one of [ended, signal]) {
    if (one?.aborted) end();
    one?.addEventListener("abort", end, { once: true, signal: stop.signal });
  }
  if (!stop.signal.aborted) target.addEventListener("change", note);
  stop.signal.addEventListener("abort", () => wake());
  async function* changes() {
    try {
      while (!stop.signal.aborted || waiting.length > 0) {
        const change = waiting.shift();
        if (change) yield change;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      end();
    }
  }
  return changes();
}
