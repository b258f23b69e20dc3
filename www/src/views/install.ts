import { ICONS, shared } from "layerglass/elements/kit";
import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { install, isInstallable, isOffline, watch } from "../offline/prompt.ts";

/** Says that the page opens without a network, once it does, and installs it where the browser offers that. */
@customElement("layerglass-install")
export class InstallElement extends LitElement {
  static override styles = [
    shared,
    css`
      div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1rem; color: var(--muted); font-size: var(--small); }
      p { flex: 1 1 16rem; text-wrap: pretty; }
      p .icon { color: var(--ok); }
    `,
  ];

  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = watch(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  /** Where there is nothing to say, there is no gap either. */
  protected override willUpdate(): void {
    this.hidden = !isOffline() && !isInstallable();
  }

  override render() {
    return html`<div>
      <p>${isOffline() ? html`${ICONS.check} This page is in your browser now, and opens without a network.` : "This page can be installed, and opens without a network then."}</p>
      ${isInstallable() ? html`<button type="button" class="button slim" @click=${() => void install()}>Install as an app</button>` : nothing}
    </div>`;
  }
}
