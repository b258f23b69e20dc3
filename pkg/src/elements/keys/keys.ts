import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { TREE_KEYS } from "../tree/keys.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { TREEMAP_KEYS } from "../views/space/treemap-keys.js";
import { type Binding, type BindingGroup, keyNames } from "./bindings.js";
import { SHORTCUT_GROUPS } from "./shortcuts.js";

const GROUPS: readonly BindingGroup[] = [
  ...SHORTCUT_GROUPS,
  { name: "In a tree of files", bindings: TREE_KEYS },
  { name: "In a treemap", bindings: TREEMAP_KEYS },
];

/** The map of keys, as a dialog. It is drawn from the tables that the keys are read by. */
@customElement("layerglass-keys")
export class KeysElement extends LitElement {
  static override styles = [
    shared,
    css`
      dialog { container-type: inline-size; width: min(56rem, calc(100vw - 1.5rem)); max-height: calc(100dvh - 1.5rem); padding: 0; border: 1px solid var(--line-strong); border-radius: 12px; background: var(--surface); color: var(--text); box-shadow: var(--shadow); }
      dialog::backdrop { background: rgb(0 0 0 / 45%); }
      .top { position: sticky; top: 0; display: flex; align-items: center; gap: 0.5rem; padding: 0.9rem 1.2rem 0.6rem; background: var(--surface); }
      h2 { flex: 1; font-size: 1.125rem; }
      h3 { margin-bottom: 0.4rem; font-size: var(--tiny); font-weight: 650; letter-spacing: 0.04em; color: var(--muted); }
      .groups { columns: 2 20rem; column-gap: 2rem; padding: 0.2rem 1.2rem 0.6rem; }
      section { break-inside: avoid; padding-bottom: 1.1rem; }
      dl > div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.75rem; align-items: baseline; padding-block: 0.2rem; border-top: 1px solid var(--line); }
      dt { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.15rem 0.3rem; font-size: var(--tiny); color: var(--muted); }
      dd { font-size: var(--small); text-wrap: pretty; }
      kbd { min-width: 1.5rem; padding: 0.05rem 0.35rem; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 4px; background: var(--sunken); color: var(--text); font: 600 var(--tiny)/1.5 var(--sans); text-align: center; white-space: nowrap; }
      .end { position: sticky; bottom: 0; padding: 0.7rem 1.2rem 0.8rem; border-top: 1px solid var(--line); background: var(--surface); }
      label { display: flex; align-items: baseline; gap: 0.55rem; font-size: var(--small); cursor: pointer; }
      label input { margin: 0; }
    `,
  ];

  /** Do the keys of a single letter or sign do something? Changed by the person: a `change` event tells. */
  @property({ attribute: false }) enabled = true;
  @query("dialog") private dialog!: HTMLDialogElement;

  /** Shows the dialog. */
  async open(): Promise<void> {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render() {
    return html`<dialog aria-labelledby="title" @click=${this.outside}>
      <div class="top"><h2 id="title">Keys</h2>
        <button type="button" class="button quiet square slim" title="Close" autofocus @click=${() => this.dialog.close()}>${ICONS.cross}<span class="unseen">Close</span></button>
      </div>
      <div class="groups" tabindex="0" role="group" aria-label="Keys by where they work">${GROUPS.map(({ name, bindings }) => html`<section><h3>${name}</h3><dl>${bindings.map(line)}</dl></section>`)}</div>
      <div class="end"><label><input type="checkbox" .checked=${this.enabled} @change=${this.switched}><span>Keys of a single letter or sign do something. Without them, everything can still be reached with Tab, Enter and the arrows.</span></label></div>
    </dialog>`;
  }

  private readonly switched = (): void => {
    this.enabled = !this.enabled;
    this.dispatchEvent(new Event("change"));
  };

  /** A click beside the dialog closes it. */
  private readonly outside = (event: MouseEvent): void => {
    if (event.target === this.dialog && event.detail > 0) this.dialog.close();
  };
}

function line({ press, does, written }: Binding<unknown>): TemplateResult {
  return html`<div>
    <dt>${written === undefined ? press.map((each, index) => html`${index === 0 ? nothing : "or "}${keys(each)}`) : html`<kbd>${written}</kbd>`}</dt>
    <dd>${does}</dd>
  </div>`;
}

function keys(press: string): TemplateResult[] {
  const between = press.includes("+") ? "+" : "then ";
  return keyNames(press).map((name, index) => html`${index === 0 ? nothing : between}<kbd>${name}</kbd>`);
}
