import { html, nothing, type TemplateResult } from "lit";
import type { ConfigDifference, PackageDifference } from "../../../inspect/types.js";
import { exactSize, humanSize } from "../../format/size.js";
import { memberName } from "../../model/config-members.js";
import { PACKAGE_KINDS } from "../../model/packages.js";
import type { Column } from "../../ui/table.js";
import { shown } from "../../ui/text.js";

/** So much of a value is shown. */
const MOST = 1000;

/** Differences of the config. */
export const CONFIG_COLUMNS: readonly Column<ConfigDifference>[] = [
  {
    id: "member",
    name: "What",
    grow: 24,
    cell: (difference) => {
      const { name, key } = memberName(difference);
      return html`${name}${key ? html` <span class="mono">${shown(key, 300)}</span>` : nothing}`;
    },
    by: (difference) => Object.values(memberName(difference)).join(" "),
  },
  { id: "before", name: "Before", grow: 38, cell: ({ before }) => value(before) },
  { id: "after", name: "After", grow: 38, cell: ({ after }) => value(after) },
];

function value(text: string | undefined): TemplateResult {
  if (text === undefined) return html`<span class="muted">not set</span>`;
  if (text === "") return html`<span class="muted">empty</span>`;
  return html`<span class="mono">${shown(text, MOST)}</span>`;
}

const CHANGES = { added: "added", removed: "removed", changed: "other version" } as const;

/** Packages that differ. */
export const PACKAGE_COLUMNS: readonly Column<PackageDifference>[] = [
  { id: "name", name: "Package", grow: 30, cell: ({ name }) => shown(name, 300), by: ({ name }) => name },
  {
    id: "change",
    name: "Change",
    cell: ({ change }) => CHANGES[change],
    by: ({ change }) => CHANGES[change],
    from: "medium",
  },
  {
    id: "before",
    name: "Before",
    grow: 22,
    cell: ({ before }) => version(before),
    by: ({ before }) => before ?? "",
  },
  {
    id: "after",
    name: "After",
    grow: 22,
    cell: ({ after }) => version(after),
    by: ({ after }) => after ?? "",
  },
  {
    id: "growth",
    name: "Growth",
    end: true,
    largestFirst: true,
    cell: ({ growth }) => html`<span title=${exactSize(growth)}>${signed(growth)}</span>`,
    by: ({ growth }) => growth,
  },
  {
    id: "kind",
    name: "Kind",
    cell: ({ kind }) => PACKAGE_KINDS[kind],
    by: ({ kind }) => PACKAGE_KINDS[kind],
    from: "wide",
  },
];

function version(text: string | undefined): TemplateResult {
  if (text === undefined) return html`<span class="muted">–<span class="unseen"> none</span></span>`;
  return html`<span class="mono">${text === "" ? "?" : shown(text, 200)}</span>`;
}

function signed(bytes: number | bigint): string {
  if (bytes === 0 || bytes === 0n) return "0 B";
  return bytes > 0 ? `+${humanSize(bytes)}` : `−${humanSize(-bytes)}`;
}
