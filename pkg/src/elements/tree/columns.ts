import { html, nothing, type TemplateResult } from "lit";
import type { TreeSortKey } from "../../archive.js";
import type { TreeOrder } from "./events.js";

interface Column {
  readonly key: TreeSortKey;
  readonly name: string;
  /** Its class, by which the styles take it away where there is no room. */
  readonly column: string;
}

const COLUMNS: readonly Column[] = [
  { key: "name", name: "Name", column: "name" },
  { key: "change", name: "Change", column: "change" },
  { key: "size", name: "Size", column: "size" },
  { key: "mode", name: "Mode", column: "mode" },
  { key: "owner", name: "Owner", column: "owner" },
  { key: "mtime", name: "Modified", column: "mtime" },
  { key: "layer", name: "Layer", column: "layer" },
];

/** The order that a click on a column asks for: names begin with A, numbers with the largest; a second click turns it. */
export function orderBy(key: TreeSortKey, now: TreeOrder): TreeOrder {
  const byName = key === "name" || key === "path";
  return { key, descending: now.key === key ? !now.descending : !byName };
}

/** The heads of the columns, which sort by them. A flat list shows paths where a tree shows names. */
export function columnHeads(
  order: TreeOrder,
  flat: boolean,
  sort: (key: TreeSortKey) => void,
): TemplateResult {
  return html`<div class="head" role="row" aria-rowindex="1">${COLUMNS.map((column) => {
    const isPath = flat && column.key === "name";
    const key = isPath ? "path" : column.key;
    const sorted = order.key === key || (column.key === "name" && order.key === "path");
    const state = sorted ? (order.descending ? "descending" : "ascending") : "none";
    return html`<span role="columnheader" class=${column.column} aria-sort=${state}>
      <button type="button" @click=${() => sort(key)}>${isPath ? "Path" : column.name}${sorted ? html`<span class="arrow" aria-hidden="true">${order.descending ? "▼" : "▲"}</span>` : nothing}</button>
    </span>`;
  })}</div>`;
}
