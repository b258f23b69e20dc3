import { count, humanSize, ICONS, plain, shared, shortSeconds, shown } from "layerglass/elements/kit";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { KeptRecord } from "../library/record.ts";
import type { Room } from "../model/library.ts";

/** One of the images that are kept is to be opened. */
export class OpenKeptEvent extends Event {
  static readonly type = "layerglass-open-kept";
  constructor(readonly id: string) {
    super(OpenKeptEvent.type, { bubbles: true, composed: true });
  }
}

/** Images are not to be kept any more. */
export class RemoveKeptEvent extends Event {
  static readonly type = "layerglass-remove-kept";
  constructor(readonly ids: readonly string[]) {
    super(RemoveKeptEvent.type, { bubbles: true, composed: true });
  }
}

/** The images that are kept in this browser, and the room that they take. Nothing while there are none. */
@customElement("layerglass-library")
export class LibraryElement extends LitElement {
  static override styles = [
    shared,
    css`
      section { display: grid; gap: 0.6rem; }
      h2 { font-size: 1.0625rem; }
      ul { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
      li { display: flex; align-items: center; gap: 0.25rem; padding-right: 0.5rem; }
      li + li { border-top: 1px solid var(--line); }
      .open { flex: 1; min-width: 0; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 0.7rem; align-items: center; padding: 0.55rem 0.4rem 0.55rem 0.9rem; border: 0; border-radius: var(--radius); background: none; text-align: start; cursor: pointer; }
      .open:hover { background: var(--hover); }
      .open > .icon { grid-row: span 2; color: var(--muted); }
      .name { font-weight: 600; overflow-wrap: anywhere; }
      .what { color: var(--muted); font-size: var(--small); overflow-wrap: anywhere; }
      footer { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.4rem 1rem; color: var(--muted); font-size: var(--small); }
      footer p { flex: 1 1 20rem; text-wrap: pretty; }
      footer div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem; }
      .problem { color: var(--bad); font-size: var(--small); }
    `,
  ];

  @property({ attribute: false }) entries: readonly KeptRecord[] = [];
  @property({ attribute: false }) room: Room | undefined;
  @property({ attribute: false }) problem = "";
  /** Removing all of them was asked for and is not confirmed yet. */
  @state() private asking = false;

  /** Where there is nothing, there is no gap either. */
  protected override willUpdate(): void {
    this.hidden = this.entries.length === 0;
  }

  override render() {
    const { entries } = this;
    return html`<section aria-labelledby="title">
      <h2 id="title">Kept in this browser</h2>
      <ul>${entries.map((entry) => this.row(entry))}</ul>
      ${this.problem ? html`<p class="problem" role="alert">${shown(this.problem, 500)}</p>` : nothing}
      <footer>
        <p>${this.told()}</p>
        <div>${this.asking ? this.confirmation() : html`<button type="button" class="button slim" @click=${() => this.ask(true)}>Remove all</button>`}</div>
      </footer>
    </section>`;
  }

  private row(entry: KeptRecord): TemplateResult {
    const { name, form, size, images, label, kept } = entry;
    const facts = [
      images.join(", ") || label,
      humanSize(size),
      `kept ${shortSeconds(kept / 1000).slice(0, 10)}`,
    ];
    return html`<li>
      <button type="button" class="open" @click=${() => this.dispatchEvent(new OpenKeptEvent(entry.id))}>
        ${form === "folder" ? ICONS.directory : ICONS.file}
        <span class="name"><span class="unseen">Open </span>${shown(name, 200)}</span>
        <span class="what">${shown(facts.filter(Boolean).join(" · "), 400)}</span>
      </button>
      <button type="button" class="button quiet square" title="Remove ${plain(name, 100)} from this browser" @click=${() => this.discard([entry.id])}>
        ${ICONS.cross}<span class="unseen">Remove ${plain(name, 100)} from this browser</span>
      </button>
    </li>`;
  }

  private told(): string {
    const { entries, room } = this;
    const size = entries.reduce((sum, entry) => sum + entry.size, 0);
    const parts = [`${count(entries.length, "image")}, ${humanSize(size)}.`];
    if (room && room.quota > 0)
      parts.push(
        `This page uses ${humanSize(room.usage)} of the ${humanSize(room.quota)} that the browser lets it have.`,
      );
    if (room && !room.persisted) parts.push("The browser may clear them when the disk fills up.");
    return parts.join(" ");
  }

  private confirmation(): TemplateResult {
    return html`<span>Remove ${count(this.entries.length, "image")} from this browser?</span>
      <button type="button" class="button slim" @click=${() => this.discard(this.entries.map((entry) => entry.id))}>Remove</button>
      <button type="button" class="button slim quiet" @click=${() => this.ask(false)}>Leave them</button>`;
  }

  /** The button that was pressed goes: the focus goes to the one that takes its place. */
  private ask(asking: boolean): void {
    this.asking = asking;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("footer button")?.focus());
  }

  private discard(ids: readonly string[]): void {
    this.asking = false;
    this.dispatchEvent(new RemoveKeptEvent(ids));
  }
}
