import type { LitElement, ReactiveController } from "lit";
import { DiffEvent, PreviewEvent } from "./events.js";

/** Shows in a dialogue over the page what is asked for inside an element. What shows it is loaded with the first one. */
export class Previews implements ReactiveController {
  readonly #host: LitElement;
  #dialog: HTMLElement | undefined;
  /** Grows with each request, so that only the last one is answered. */
  #asked = 0;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.addEventListener(PreviewEvent.type, this.#ask);
    this.#host.addEventListener(DiffEvent.type, this.#ask);
  }

  hostDisconnected(): void {
    this.#host.removeEventListener(PreviewEvent.type, this.#ask);
    this.#host.removeEventListener(DiffEvent.type, this.#ask);
    this.close();
  }

  /** Closes what is open. */
  close(): void {
    this.#asked += 1;
    this.#dialog?.remove();
    this.#dialog = undefined;
  }

  readonly #ask = (event: Event): void => {
    // Whoever is further out would show it again.
    event.stopPropagation();
    void this.#open(event);
  };

  async #open(event: Event): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const { PreviewDialogElement } = await import("./dialog.js");
    if (asked !== this.#asked || !this.#host.isConnected) return;
    this.close();
    const dialog = new PreviewDialogElement();
    if (event instanceof PreviewEvent) dialog.preview = event;
    else if (event instanceof DiffEvent) dialog.diff = event;
    dialog.addEventListener("layerglass-close", () => {
      if (this.#dialog === dialog) this.close();
    });
    this.#dialog = dialog;
    this.#host.renderRoot.append(dialog);
  }
}
