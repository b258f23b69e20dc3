import type { Size } from "layerglass/archive";
import {
  count,
  errorAdvice,
  errorPlace,
  exactSize,
  humanSize,
  ICONS,
  plain,
  shared,
  shown,
} from "layerglass/elements/kit";
import type { RepackReport } from "layerglass/transfer";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Saving } from "../model/saving.ts";

/** The files that are being saved, and what became of them. */
@customElement("layerglass-savings")
export class SavingsElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { position: sticky; bottom: 0; z-index: 10; border-top: 1px solid var(--line); background: var(--surface); max-height: 12rem; overflow-y: auto; }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; min-height: 2.5rem; padding: 0.3rem 0.9rem; font-size: var(--small); }
      li + li { border-top: 1px solid var(--line); }
      .name { font-weight: 600; overflow-wrap: anywhere; }
      .what { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
      .done .icon { color: var(--ok); }
      .failed .what, .failed .icon { color: var(--bad); }
      .pulse { width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--accent); flex: none; }
      @media (prefers-reduced-motion: no-preference) {
        .pulse { animation: pulse 1s ease-in-out infinite alternate; }
        @keyframes pulse { from { opacity: 0.25; } to { opacity: 1; } }
      }
    `,
  ];

  @property({ attribute: false }) savings: readonly Saving[] = [];

  override render() {
    // The list of what is announced stays, so that screen readers follow it.
    return html`<section aria-label="Files being saved"><ul>${this.savings.map((saving) => this.row(saving))}</ul></section>`;
  }

  private row(saving: Saving): TemplateResult {
    const { id, name, state } = saving;
    const running = state === "running";
    return html`<li class=${state}>
      ${icon(state)}
      <span class="what" role=${state === "failed" ? "alert" : running ? nothing : "status"}>${this.words(saving)}</span>
      <button type="button" class="button slim" @click=${() => this.dispatchEvent(new CustomEvent(running ? "layerglass-cancel" : "layerglass-dismiss", { detail: id }))}>${running ? "Cancel" : "Close"}<span class="unseen"> ${plain(name, 200)}</span></button>
    </li>`;
  }

  private words({ name, state, bytes, chosen, doing, error, report }: Saving): TemplateResult {
    const title = html`<span class="name">${shown(name, 200)}</span>`;
    const size = html`<span class="num" title=${exactSize(bytes)}>${humanSize(bytes)}</span>`;
    switch (state) {
      case "running":
        return doing !== undefined && bytes === 0
          ? html`Saving ${title}: ${doing}`
          : html`Saving ${title}: ${size} written`;
      case "done":
        return html`${title} is saved: ${size}${chosen ? nothing : html`<span class="muted">, with the browser’s downloads</span>`}${report ? html`. ${repacked(report)}` : nothing}`;
      case "stopped":
        return html`${title} was not saved: the work was cancelled`;
      case "failed":
        return html`${title} could not be saved: ${shown(error?.message ?? "", 500)} ${error ? errorPlace(error) : nothing}${error?.expected === undefined ? nothing : html` Expected ${shown(error.expected, 200)}, found ${shown(error.found ?? "nothing", 200)}.`} ${error ? errorAdvice(error) : nothing}`;
    }
  }
}

/** What making layers one came to. */
function repacked({ layers, storedBefore, storedAfter, tarBefore, tarAfter }: RepackReport): TemplateResult {
  const before = layers.reduce((sum, { start, end }) => sum + end - start, 0);
  const after = layers.filter(({ diffId }) => diffId !== undefined).length;
  const from = (was: Size, now: Size) =>
    html`<span class="num" title=${`${exactSize(was)}, now ${exactSize(now)}`}>${humanSize(was)} became ${humanSize(now)}</span>`;
  return html`${count(before, "layer")} became ${count(after, "layer")}: as tars ${from(tarBefore, tarAfter)}, as stored ${from(storedBefore, storedAfter)}`;
}

function icon(state: Saving["state"]): TemplateResult {
  if (state === "running") return html`<span class="pulse" aria-hidden="true"></span>`;
  return state === "done" ? ICONS.check : state === "failed" ? ICONS.error : ICONS.dash;
}
