import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { compare, type Key } from "../format/order.js";
import { ICONS } from "./icons.js";
import { Portions } from "./more.js";
import { shared } from "./styles.js";
import { tableStyles } from "./table.styles.js";

/** One column of a table. */
export interface Column<Row> {
  readonly id: string;
  readonly name: string;
  readonly cell: (row: Row) => unknown;
  /** What rows are sorted by; a column without it cannot be sorted by. */
  readonly by?: (row: Row) => Key;
  /** The largest first when it is sorted by for the first time. */
  readonly largestFirst?: boolean;
  /** Numbers stand at the end of their column. */
  readonly end?: boolean;
  /** Share of the width that text takes; columns without it are as wide as they must be. */
  readonly grow?: number;
  /** Only where there is room; what it tells is among the details otherwise. */
  readonly from?: "medium" | "wide";
}

/** What a table is sorted by. */
export interface Order {
  readonly id: string;
  readonly descending: boolean;
}

/** A table of any length: sorted by its heads, shown by portions, each row with details on request. */
@customElement("layerglass-table")
export class TableElement<Row = unknown> extends LitElement {
  static override styles = [shared, tableStyles];

  @property({ attribute: false }) columns: readonly Column<Row>[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  /** What the table holds, for assistive technology. */
  @property() label = "";
  /** Stands in place of rows where there are none. */
  @property() nothing = "Nothing is here.";
  /** How the rows come sorted first; as given when absent. */
  @property({ attribute: false }) order: Order | undefined;
  /** What is told of one row below it, when it is opened. */
  @property({ attribute: false }) details: ((row: Row) => TemplateResult) | undefined;
  /** What a row is called, for the button that opens it. */
  @property({ attribute: false }) titled: (row: Row) => string = () => "details";
  @state() private chosen: Order | undefined;
  @state() private opened: ReadonlySet<Row> = new Set();
  private sorted: readonly Row[] = [];
  private readonly portions = new Portions(this, 100);

  protected override willUpdate(changed: PropertyValues<this> & Map<string, unknown>): void {
    if (changed.has("order")) this.chosen = this.order;
    if (changed.has("rows")) {
      this.opened = new Set();
      this.portions.reset();
    }
    if (changed.has("rows") || changed.has("columns") || changed.has("chosen") || changed.has("order"))
      this.sorted = this.sort();
  }

  override render() {
    const { columns, sorted } = this;
    if (sorted.length === 0) return html`<p class="nothing muted" role="status">${this.nothing}</p>`;
    return html`<table>
        <caption class="unseen">${this.label}</caption>
        <colgroup>${this.details ? html`<col class="opens">` : nothing}${columns.map(({ grow, from }) => html`<col class=${from ?? ""} .style=${grow ? `width: ${grow}%` : ""}>`)}</colgroup>
        <thead><tr>
          ${this.details ? html`<th scope="col"><span class="unseen">Details</span></th>` : nothing}
          ${columns.map((column) => this.head(column))}
        </tr></thead>
        <tbody>${this.portions.of("rows", sorted).map((row) => this.row(row))}</tbody>
      </table>
      <div class="more">${this.portions.button("rows", sorted)}</div>`;
  }

  private head({ id, name, by, end, from, largestFirst = false }: Column<Row>): TemplateResult {
    const classes = `${end ? "end" : ""} ${from ?? ""}`;
    if (!by) return html`<th scope="col" class=${classes}>${name}</th>`;
    const isChosen = this.chosen?.id === id;
    const order = this.chosen?.descending ? "descending" : "ascending";
    return html`<th scope="col" class=${classes} aria-sort=${isChosen ? order : "none"}>
      <button type="button" @click=${() => {
        this.chosen = { id, descending: isChosen ? !this.chosen?.descending : largestFirst };
      }}>${name}<span class="arrow" aria-hidden="true">${isChosen ? (this.chosen?.descending ? "▼" : "▲") : ""}</span></button>
    </th>`;
  }

  private row(row: Row): TemplateResult {
    const { columns, details } = this;
    const isOpen = this.opened.has(row);
    return html`<tr class=${isOpen ? "open" : ""}>
        ${details ? html`<td class="opens"><button type="button" class="twisty" aria-expanded=${isOpen} @click=${() => this.toggle(row)}>${ICONS.chevron}<span class="unseen">Details of ${this.titled(row)}</span></button></td>` : nothing}
        ${columns.map(({ cell, end, from, grow }) => html`<td class="${end ? "end num" : ""} ${grow ? "" : "fixed"} ${from ?? ""}">${cell(row)}</td>`)}
      </tr>
      ${details && isOpen ? html`<tr class="details"><td colspan=${columns.length + 1}>${details(row)}</td></tr>` : nothing}`;
  }

  private toggle(row: Row): void {
    const opened = new Set(this.opened);
    if (!opened.delete(row)) opened.add(row);
    this.opened = opened;
  }

  private sort(): readonly Row[] {
    const { chosen, rows } = this;
    const by = this.columns.find(({ id }) => id === chosen?.id)?.by;
    if (!chosen || !by) return rows;
    const sign = chosen.descending ? -1 : 1;
    return rows
      .map((row) => ({ row, key: by(row) }))
      .sort((a, b) => sign * compare(a.key, b.key))
      .map(({ row }) => row);
  }
}
