import { humanSize, ICONS, plain, shared, shown } from "layerglass/elements/kit";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Keeping } from "../model/library.ts";

/** What is open is to be kept in this browser. */
export class KeepEvent extends Event {
  static readonly type = "layerglass-keep";
  constructor() {
    super(KeepEvent.type, { bubbles: true, composed: true });
  }
}

/** The button that keeps what is open in this browser, or the word that it is kept. */
@customElement("layerglass-keep")
export class KeepElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: inline-flex; }
      .kept { display: inline-flex; align-items: center; gap: 0.35rem; padding-inline: 0.4rem; color: var(--muted); font-size: var(--small); white-space: nowrap; }
      .kept .icon { color: var(--ok); fill: currentColor; }
      @container (max-width: 62rem) {
        .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .button { width: 2.125rem; padding: 0; }
      }
    `,
  ];

  @property({ attribute: false }) state: "offered" | "running" | "kept" = "offered";

  override render() {
    if (this.state === "kept")
      return html`<span class="kept" title="A copy is kept in this browser: it opens again without the file">${ICONS.keep}<span class="word">Kept in this browser</span></span>`;
    return html`<button type="button" class="button" title="Keep a copy in this browser, to open it again without the file" ?disabled=${this.state === "running"} @click=${() => this.dispatchEvent(new KeepEvent())}>
      ${ICONS.keep}<span class="word">Keep in this browser</span>
    </button>`;
  }
}

/** How far the copy is, and what became of it. */
@customElement("layerglass-keeping")
export class KeepingElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { position: sticky; bottom: 0; z-index: 10; border-top: 1px solid var(--line); background: var(--surface); }
      section { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; min-height: 2.5rem; padding: 0.3rem 0.9rem; font-size: var(--small); }
      .name { font-weight: 600; overflow-wrap: anywhere; }
      .what { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
      .done .icon { color: var(--ok); }
      .failed .what, .failed > .icon { color: var(--bad); }
      progress { appearance: none; width: 9rem; height: 6px; border: 0; border-radius: 3px; background: var(--sunken); overflow: hidden; }
      progress::-webkit-progress-bar { background: var(--sunken); }
      progress::-webkit-progress-value { background: var(--accent); border-radius: 3px; }
      progress::-moz-progress-bar { background: var(--accent); border-radius: 3px; }
    `,
  ];

  @property({ attribute: false }) keeping: Keeping | undefined;

  override render() {
    const { keeping } = this;
    if (!keeping) return nothing;
    const running = keeping.state === "running";
    const percent = keeping.total > 0 ? Math.floor((keeping.bytes / keeping.total) * 100) : 0;
    return html`<section class=${keeping.state} aria-label="Keeping in this browser">
      ${running ? ICONS.keep : keeping.state === "done" ? ICONS.check : keeping.state === "failed" ? ICONS.error : ICONS.dash}
      <span class="what" id="what" role=${keeping.state === "failed" ? "alert" : running ? nothing : "status"}>${words(keeping)}</span>
      ${running ? html`<progress max="100" value=${Math.min(100, percent)} aria-labelledby="what"></progress>` : nothing}
      <button type="button" class="button slim" @click=${() => this.dispatchEvent(new Event(running ? "layerglass-stop-keeping" : "layerglass-dismiss"))}>${running ? "Cancel" : "Close"}<span class="unseen"> keeping ${plain(keeping.name, 100)}</span></button>
    </section>`;
  }
}

function words({ name, state, bytes, total, problem, persisted }: Keeping): TemplateResult {
  const title = html`<span class="name">${shown(name, 200)}</span>`;
  switch (state) {
    case "running":
      return html`Keeping ${title}: <span class="num">${humanSize(bytes)}</span> of <span class="num">${humanSize(total)}</span>`;
    case "done":
      return html`${title} is kept in this browser: it opens again without the file.${persisted ? nothing : html` <span class="muted">The browser may clear it when the disk fills up.</span>`}`;
    case "stopped":
      return html`${title} is not kept: the copy was cancelled`;
    case "failed":
      return html`${title} could not be kept: ${shown(problem ?? "", 500)}`;
  }
}
