import { ScanEvent, type ScanState } from "layerglass/elements";
import { errorAdvice, humanSize, ICONS, LOGO, plain, shared, shown } from "layerglass/elements/kit";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Phase } from "../model/session.ts";
import { fileSubject } from "../sources/picked.ts";
import type { ThemeElement } from "../ui/theme.ts";
import "../ui/theme.ts";
import { OpenEvent, StopEvent } from "./events.ts";

/** The bar at the top: the mark, what is open, how far the scan is, and the way to something else. */
@customElement("layerglass-bar")
export class BarElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { container-type: inline-size; border-bottom: 1px solid var(--line); background: var(--surface); }
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1rem; min-height: 3.25rem; padding: 0.4rem 0.9rem; }
      .mark { display: inline-flex; align-items: center; gap: 0.55rem; padding: 0.2rem 0.35rem; border: 0; border-radius: var(--radius-small); background: none; font-weight: 650; letter-spacing: -0.01em; cursor: pointer; }
      .mark:hover { background: var(--hover); }
      .logo { width: 1.75rem; height: 1.75rem; flex: none; }
      .subject { flex: 1; min-width: 0; display: flex; align-items: center; gap: 0.5rem; color: var(--muted); }
      .subject span { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--text); }
      .actions { display: flex; align-items: center; gap: 0.25rem; }
      .scan { display: flex; align-items: center; gap: 0.75rem; font-size: var(--small); color: var(--muted); white-space: nowrap; }
      .scan.bad { color: var(--bad); }
      progress { appearance: none; width: 9rem; height: 6px; border: 0; border-radius: 3px; background: var(--sunken); overflow: hidden; }
      progress::-webkit-progress-bar { background: var(--sunken); }
      progress::-webkit-progress-value { background: var(--accent); border-radius: 3px; }
      progress::-moz-progress-bar { background: var(--accent); border-radius: 3px; }
      .done { display: inline-flex; align-items: center; gap: 0.35rem; }
      @container (max-width: 52rem) {
        .scan { order: 1; flex: 1 0 100%; min-height: 2rem; }
        .scan.rest { display: none; }
        progress { flex: 1; width: auto; min-width: 3rem; }
      }
      @container (max-width: 30rem) {
        header { padding-inline: 0.5rem; gap: 0.35rem 0.5rem; }
        .mark b, .again span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .start .mark b { position: static; width: auto; height: auto; clip-path: none; }
        .again { width: 2.125rem; padding: 0; }
      }
    `,
  ];

  @property({ attribute: false }) phase: Phase = { name: "start" };
  @query("#again") private picker!: HTMLInputElement;
  @query("layerglass-theme") private theme!: ThemeElement;

  /** Asks for another file. */
  pick(): void {
    this.picker.click();
  }

  /** Goes to the next colours. */
  nextTheme(): void {
    this.theme.next();
  }

  override render() {
    const { phase } = this;
    return html`<header class=${phase.name}>
      <button type="button" class="mark" title="To the first screen" @click=${() => this.dispatchEvent(new Event("layerglass-home"))}>${LOGO}<b>Layerglass</b></button>
      <div class="subject">${phase.name === "start" ? nothing : html`${phase.subject.form === "folder" ? ICONS.directory : ICONS.file}<span title=${plain(phase.subject.name)}>${shown(phase.subject.name, 300)}</span>`}</div>
      ${phase.name === "open" && phase.data.layers.length > 0 ? this.scan(phase.scan, phase.data.layers.length) : nothing}
      <div class="actions">
        <slot></slot>
        ${phase.name === "start" ? nothing : html`<button type="button" class="button again" @click=${this.pick}>${ICONS.open}<span>Open another</span></button>`}
        <button type="button" class="button quiet square" title="Keys (?)" @click=${() => this.dispatchEvent(new Event("layerglass-keys"))}>${ICONS.keys}<span class="unseen">Keys</span></button>
        <layerglass-theme></layerglass-theme>
        <input id="again" type="file" hidden aria-label="Another image file" @change=${this.picked}>
      </div>
    </header>`;
  }

  private scan(scan: ScanState, layers: number): TemplateResult {
    const { bytes, total } = scan.progress;
    const percent = total > 0 ? Math.min(100, Math.floor((bytes / total) * 100)) : 0;
    switch (scan.state) {
      case "running":
        return html`<div class="scan">
          <span class="num" id="scan-text">Scanning${total > 0 ? html` <span title="${humanSize(bytes)} of ${humanSize(total)}">${percent} %</span>` : nothing}</span>
          <progress max="100" value=${percent} aria-labelledby="scan-text"></progress>
          <button type="button" class="button slim" @click=${() => this.dispatchEvent(new StopEvent())}>Stop<span class="unseen"> the scan</span></button>
        </div>`;
      case "done":
        return html`<div class="scan rest"><span class="done" role="status">${ICONS.check} ${layers === 1 ? "The layer is scanned" : "All layers are scanned"}</span></div>`;
      default:
        return html`<div class="scan ${scan.state === "failed" ? "bad" : ""}">
          <span role="status" title=${scan.error ? errorAdvice(scan.error) : nothing}>${scan.state === "failed" ? shown(scan.error?.message ?? "The scan failed", 120) : "Scan stopped"}</span>
          <button type="button" class="button slim" @click=${() => this.dispatchEvent(new ScanEvent(scan.contents))}>Go on</button>
        </div>`;
    }
  }

  private readonly picked = (): void => {
    const [file] = this.picker.files ?? [];
    if (file) this.dispatchEvent(new OpenEvent(fileSubject(file)));
    this.picker.value = "";
  };
}
