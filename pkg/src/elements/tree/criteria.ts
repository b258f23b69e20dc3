import type { TreeFilter, TreeSortKey } from "../../archive.js";

/** How the text of the search field is meant. */
export type SearchMode = "text" | "glob" | "expression";

/** The fields of the filter as they are filled in; an empty one is no criterion. */
export interface Criteria {
  readonly mode: SearchMode;
  readonly text: string;
  readonly kind: string;
  readonly least: string;
  readonly most: string;
  readonly change: string;
  readonly owner: string;
  readonly bits: string;
  readonly layer: string;
}

export const NO_CRITERIA: Criteria = {
  mode: "text",
  text: "",
  kind: "",
  least: "",
  most: "",
  change: "",
  owner: "",
  bits: "",
  layer: "",
};

/** A choice of one field: its value, its name, and what it means. */
export interface Choice {
  readonly value: string;
  readonly name: string;
  readonly filter: Omit<TreeFilter, "text" | "glob" | "expression">;
}

export const KINDS: readonly Choice[] = [
  { value: "", name: "Anything", filter: {} },
  { value: "file", name: "Files", filter: { kinds: ["file"] } },
  { value: "directory", name: "Folders", filter: { kinds: ["directory"] } },
  { value: "symlink", name: "Symbolic links", filter: { kinds: ["symlink"] } },
  { value: "device", name: "Devices and pipes", filter: { kinds: ["char", "block", "fifo"] } },
];

export const CHANGES: readonly Choice[] = [
  { value: "", name: "Any or none", filter: {} },
  { value: "added", name: "Added", filter: { changes: ["added"] } },
  { value: "modified", name: "Modified", filter: { changes: ["modified"] } },
  { value: "contents", name: "Modified: contents", filter: { aspects: ["contents", "type", "target"] } },
  { value: "mode", name: "Modified: mode", filter: { aspects: ["mode"] } },
  { value: "owner", name: "Modified: owner", filter: { aspects: ["owner"] } },
  { value: "removed", name: "Removed", filter: { changes: ["removed"] } },
];

/** Permission bits by name. The last one stands for bits that are written out. */
export const MODES: readonly Choice[] = [
  { value: "", name: "Any", filter: {} },
  { value: "suid", name: "Set-uid or set-gid", filter: { mode: { any: 0o6000 } } },
  { value: "world", name: "Writable for all", filter: { mode: { all: 0o002 } } },
  { value: "sticky", name: "Sticky", filter: { mode: { all: 0o1000 } } },
  { value: "run", name: "Executable files", filter: { kinds: ["file"], mode: { any: 0o111 } } },
  { value: "private", name: "For the owner alone", filter: { mode: { none: 0o077 } } },
  { value: "0", name: "Octal bits…", filter: {} },
];

export const SORTS: readonly { readonly value: TreeSortKey; readonly name: string }[] = [
  { value: "name", name: "Name" },
  { value: "path", name: "Path" },
  { value: "size", name: "Size" },
  { value: "mtime", name: "Modified" },
  { value: "mode", name: "Mode" },
  { value: "owner", name: "Owner" },
  { value: "layer", name: "Layer" },
  { value: "change", name: "Change" },
];

/** What the fields mean, or which of them cannot be read, and why. */
export interface Read {
  readonly filter: TreeFilter;
  readonly wrong: Partial<Record<keyof Criteria, string>>;
  /** Criteria beside the text. */
  readonly count: number;
}

const UNITS = { "": 0, k: 1, m: 2, g: 3, t: 4 } as const;

/** Bytes of `512`, `1.5 MB` or `4 KiB`; `undefined` for what is no size. */
export function sizeOf(text: string): number | undefined {
  const [, digits, unit, binary] = /^\s*(\d+(?:[.,]\d+)?)\s*([kmgt]?)(i?)b?\s*$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const power = UNITS[(unit?.toLowerCase() ?? "") as keyof typeof UNITS];
  return Math.round(Number(digits.replace(",", ".")) * (binary ? 1024 : 1000) ** power);
}

/** Reads the fields. */
export function readCriteria(criteria: Criteria): Read {
  const wrong: Partial<Record<keyof Criteria, string>> = {};
  const parts: TreeFilter[] = [];
  const add = (field: keyof Criteria, read: () => TreeFilter | string): void => {
    if (criteria[field].trim() === "") return;
    const part = read();
    if (typeof part === "string") wrong[field] = part;
    else parts.push(part);
  };
  const chosen = (choices: readonly Choice[], value: string) =>
    choices.find((choice) => choice.value === value)?.filter ?? {};
  add("kind", () => chosen(KINDS, criteria.kind));
  add("change", () => chosen(CHANGES, criteria.change));
  add("least", () => size(criteria.least, (min) => ({ size: { min } })));
  add("most", () => size(criteria.most, (max) => ({ size: { max } })));
  add("owner", () => owner(criteria.owner));
  add("bits", () => (/^\d/.test(criteria.bits) ? octal(criteria.bits) : chosen(MODES, criteria.bits)));
  add("layer", () => layer(criteria.layer));
  const count = parts.length;
  if (criteria.text !== "") add("text", () => search(criteria));
  return { filter: joined(parts), wrong, count };
}

/** All of them: what two parts both name is put together. */
function joined(parts: readonly TreeFilter[]): TreeFilter {
  const all: { -readonly [Key in keyof TreeFilter]: TreeFilter[Key] } = {};
  for (const part of parts) {
    const { size, kinds } = all;
    Object.assign(all, part);
    if (part.size) all.size = { ...size, ...part.size };
    // A mode's own kinds narrow down those that were chosen.
    if (part.kinds && kinds) all.kinds = narrowed(kinds, part.kinds);
  }
  return all;
}

function narrowed<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  const both = one.filter((kind) => other.includes(kind));
  return both.length > 0 ? both : one;
}

function search({ mode, text }: Criteria): TreeFilter | string {
  if (mode === "text") return { text };
  if (mode === "glob") return { glob: text };
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/.exec(text) ?? [];
  if (source === undefined) return { expression: text };
  try {
    return { expression: new RegExp(source, flags) };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function size(text: string, filter: (bytes: number) => TreeFilter): TreeFilter | string {
  const bytes = sizeOf(text);
  return bytes === undefined ? "A size is written like 512, 20 kB or 1.5 MB." : filter(bytes);
}

function owner(text: string): TreeFilter | string {
  const [user = "", group = "", ...more] = text.trim().split(":");
  const one = (name: string) => (/^\d+$/.test(name) ? Number(name) : name);
  const isId = (name: string) => !/^\d+$/.test(name) || Number(name) <= 0xffff_ffff;
  if (more.length > 0 || user + group === "" || !isId(user) || !isId(group))
    return "An owner is written like root, 1000 or root:adm.";
  return { ...(user !== "" && { owner: one(user) }), ...(group !== "" && { group: one(group) }) };
}

function octal(text: string): TreeFilter | string {
  const bits = /^[0-7]{1,5}$/.test(text.trim()) ? Number.parseInt(text, 8) : Number.NaN;
  if (!(bits <= 0o7777)) return "Bits are written in octal, like 4000 or 022; all of them have to be set.";
  return bits === 0 ? {} : { mode: { all: bits } };
}

function layer(text: string): TreeFilter | string {
  const number = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= 0x1_0000 ? { layers: [number - 1] } : "A layer is a number from 1 on.";
}
