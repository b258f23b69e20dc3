import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ErrorData, TreeSortKey } from "../../archive.js";
import { count, groupDigits } from "../format/size.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import {
  CHANGES,
  type Choice,
  type Criteria,
  KINDS,
  MODES,
  NO_CRITERIA,
  readCriteria,
  type SearchMode,
  SORTS,
} from "./criteria.js";
import { FilterEvent, OrderEvent, type TreeOrder, TreeWishEvent } from "./events.js";
import { filterStyles } from "./filter.styles.js";

/** Letters that follow each other faster than this, in milliseconds, are one question. */
const PAUSE = 150;
/** Characters of a field. */
const LONGEST = 1000;

/** What came of a filter. */
export interface Outcome {
  readonly state: "busy" | "done" | "failed";
  readonly matches: number;
  readonly error?: ErrorData;
}

const MODE_NAMES: Readonly<Record<SearchMode, { readonly name: string; readonly example: string }>> = {
  text: { name: "Text", example: "Find by path" },
  glob: { name: "Pattern", example: "*.conf, etc/**" },
  expression: { name: "Regex", example: "\\.so(\\.\\d+)*$" },
};

/**
 * The search field of a tree and its criteria. It tells by a `FilterEvent` what is to be shown; what comes of that is given back
 * in `outcome`. Buttons before and after the field have the slots `start` and `end`.
 */
@customElement("layerglass-filter")
export class FilterElement extends LitElement {
  static override styles = [shared, filterStyles];

  /** What came of the filter. */
  @property({ attribute: false }) outcome?: Outcome;
  /** Paths without a filter. */
  @property({ attribute: false }) total = 0;
  /** Has the tree a layer whose changes can be asked for? */
  @property({ type: Boolean }) changes = false;
  @property({ type: Boolean }) disabled = false;
  @property({ attribute: false }) order: TreeOrder = { key: "name", descending: false };
  @state() private criteria: Criteria = NO_CRITERIA;
  @state() private open = false;
  @query("[type=search]") private field!: HTMLInputElement;
  #timer = 0;
  /** The filter that was told last. */
  #told = JSON.stringify([{}, "undefined"]);

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Takes all criteria away. */
  clear(): void {
    this.set({ ...NO_CRITERIA, mode: this.criteria.mode });
  }

  /** Is anything filled in? */
  get isFilled(): boolean {
    return Object.entries(this.criteria).some(([name, value]) => name !== "mode" && value !== "");
  }

  /** Puts the cursor in the search field. */
  focusField(): void {
    this.field?.focus();
    this.field?.select();
  }

  override render(): TemplateResult {
    const { criteria } = this;
    const { wrong, count: filled } = readCriteria(criteria);
    const { example } = MODE_NAMES[criteria.mode];
    return html`<div class="line" role="search" aria-label="Files">
        <slot name="start"></slot>
        <div class="search">
          <label>${ICONS.search}<span class="unseen">Find by path</span>
            <input type="search" class=${criteria.mode === "text" ? "" : "code"} placeholder=${example} autocomplete="off" spellcheck="false" autocapitalize="none" maxlength=${LONGEST}
              aria-invalid=${wrong.text !== undefined || this.outcome?.state === "failed"} .value=${criteria.text}
              @input=${this.typed("text")} @keydown=${this.searchKey}>
          </label>
          <select aria-label="How to search" @change=${this.chosen("mode")}>
            ${Object.entries(MODE_NAMES).map(([mode, { name }]) => html`<option value=${mode} ?selected=${mode === criteria.mode}>${name}</option>`)}
          </select>
        </div>
        <button type="button" class="button quiet slim" aria-expanded=${this.open} aria-controls="criteria" @click=${() => {
          this.open = !this.open;
        }}>${ICONS.filter} Filter${filled > 0 ? html`<span class="filled">${filled}<span class="unseen"> criteria</span></span>` : nothing}</button>
        <slot name="end"></slot>
      </div>
      <div id="criteria" class="panel" role="group" aria-label="Criteria" ?hidden=${!this.open}>${this.open ? this.panel(wrong) : nothing}</div>
      ${this.result(wrong)}`;
  }

  private panel(wrong: Partial<Record<keyof Criteria, string>>): TemplateResult {
    const { criteria, order } = this;
    const octal = /^\d/.test(criteria.bits);
    return html`
      ${field("Kind", this.select("kind", "Kind", KINDS, criteria.kind))}
      ${this.changes ? field("Change in this layer", this.select("change", "Change in this layer", CHANGES, criteria.change)) : nothing}
      ${field("Size", html`<span class="pair">${this.input("least", "Size at least", "from 1 kB", wrong)}${this.input("most", "Size at most", "to 5 MB", wrong)}</span>`)}
      ${field("Owner", this.input("owner", "Owner", "root, 1000:adm", wrong))}
      ${field("Mode", octal ? html`<span class="pair">${this.select("bits", "Mode", MODES, "0")}${this.input("bits", "Octal bits", "4000", wrong)}</span>` : this.select("bits", "Mode", MODES, criteria.bits))}
      ${field("Written by layer", this.input("layer", "Written by layer", "any", wrong))}
      ${field(
        "Sort by",
        html`<span class="with-turn"><select aria-label="Sort by" @change=${(event: Event) => this.sort({ key: entered(event) as TreeSortKey, descending: order.descending })}>
          ${SORTS.map(({ value, name }) => html`<option value=${value} ?selected=${value === order.key}>${name}</option>`)}
        </select><button type="button" class="button square slim" title=${order.descending ? "Descending" : "Ascending"} @click=${() => this.sort({ ...order, descending: !order.descending })}><span aria-hidden="true">${order.descending ? "▼" : "▲"}</span><span class="unseen">${order.descending ? "Descending: turn" : "Ascending: turn"}</span></button></span>`,
      )}`;
  }

  /** What the filter found, or why it found nothing. */
  private result(wrong: Partial<Record<keyof Criteria, string>>): TemplateResult {
    const problem = Object.values(wrong)[0] ?? errorText(this.outcome);
    return html`<div class="outcome" ?hidden=${!this.isFilled}>
      <p class=${problem === "" ? "num" : "bad"} role="status">${this.isFilled ? (problem === "" ? this.found() : shown(problem, 400)) : nothing}</p>
      <button type="button" class="button quiet slim" @click=${() => {
        this.clear();
        this.focusField();
      }}>${ICONS.cross} Clear</button>
    </div>`;
  }

  private found(): string {
    const { outcome, total } = this;
    if (!outcome || outcome.state === "busy") return "Looking…";
    return `${count(outcome.matches, "match", "matches")} of ${groupDigits(total)}`;
  }

  private select(name: keyof Criteria, label: string, choices: readonly Choice[], value: string) {
    return html`<select aria-label=${label} @change=${this.chosen(name)}>${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === value}>${choice.name}</option>`)}</select>`;
  }

  private input(
    name: keyof Criteria,
    label: string,
    example: string,
    wrong: Partial<Record<keyof Criteria, string>>,
  ): TemplateResult {
    return html`<input type="text" aria-label=${label} placeholder=${example} autocomplete="off" spellcheck="false" autocapitalize="none" maxlength="100"
      aria-invalid=${wrong[name] !== undefined} .value=${this.criteria[name]} @input=${this.typed(name)}>`;
  }

  private readonly typed = (name: keyof Criteria) => (event: Event) => {
    this.set({ [name]: entered(event) }, PAUSE);
  };

  private readonly chosen = (name: keyof Criteria) => (event: Event) => this.set({ [name]: entered(event) });

  private readonly searchKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.dispatchEvent(new TreeWishEvent("clear"));
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      this.dispatchEvent(new TreeWishEvent("tree"));
    }
  };

  private sort(order: TreeOrder): void {
    this.order = order;
    this.dispatchEvent(new OrderEvent(order));
  }

  private set(change: Partial<Criteria>, pause = 0): void {
    this.criteria = { ...this.criteria, ...change };
    clearTimeout(this.#timer);
    if (pause > 0) this.#timer = window.setTimeout(this.tell, pause);
    else this.tell();
  }

  private readonly tell = (): void => {
    const { filter, count: filled, wrong } = readCriteria(this.criteria);
    // While a field cannot be read, the tree stays as it is.
    if (Object.keys(wrong).length > 0) return;
    const told = JSON.stringify([filter, String(filter.expression)]);
    if (told === this.#told) return;
    this.#told = told;
    this.dispatchEvent(new FilterEvent(filter, filled));
  };
}

function field(name: string, value: TemplateResult): TemplateResult {
  return html`<div class="field"><span class="label" aria-hidden="true">${name}</span>${value}</div>`;
}

function entered(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

function errorText(outcome: Outcome | undefined): string {
  const { state, error } = outcome ?? {};
  if (state !== "failed" || !error) return "";
  if (error.kind === "limit") return "This expression takes too long. The files are shown as they were.";
  return error.message;
}
