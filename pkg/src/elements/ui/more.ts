import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { groupDigits } from "../format/size.js";

/** Shows long lists by portions: a hostile file may hold a million labels, and no page shows that many. */
export class Portions implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #portion: number;
  readonly #shown = new Map<string, number>();

  constructor(host: ReactiveControllerHost, portion = 100) {
    this.#host = host;
    this.#portion = portion;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Back to the first portion of every list: something else is shown now. */
  reset(): void {
    this.#shown.clear();
  }

  /** The shown part of the list called `name`. */
  of<T>(name: string, list: readonly T[]): readonly T[] {
    const shown = this.#shown.get(name) ?? this.#portion;
    return list.length <= shown ? list : list.slice(0, shown);
  }

  /** A button for the next portion; nothing when all is shown. */
  button(name: string, list: readonly unknown[]): TemplateResult | null {
    const shown = this.#shown.get(name) ?? this.#portion;
    const rest = list.length - shown;
    if (rest <= 0) return null;
    return html`<button type="button" class="button slim" @click=${() => {
      this.#shown.set(name, shown + this.#portion * 5);
      this.#host.requestUpdate();
    }}>Show more (${groupDigits(rest)} left)</button>`;
  }
}
