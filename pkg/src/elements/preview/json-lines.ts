/** A row of a JSON document that is written out: an opening bracket, a closing one, or a value. */
export interface JsonLine {
  readonly depth: number;
  /** The name of the member with its quotes, as it stands in the document. */
  readonly key?: string;
  /** The value as it stands in the document, or brackets. */
  readonly text: string;
  readonly kind: "string" | "number" | "word" | "bracket";
  /** Of an opening bracket: the row of its closing one. */
  end?: number;
  /** Of an opening bracket: how many members there are. */
  members?: number;
  /** Whether a comma follows. */
  comma: boolean;
}

/** Why a text is no JSON document, or not shown as one. */
export type JsonFault = { readonly fault: "invalid"; readonly offset: number } | { readonly fault: "limit" };

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\r\n]*/y;

/**
 * Writes a JSON document out in rows. Numbers, strings and members named twice stay as they stand in it, which `JSON.parse` would
 * not keep. It goes through the text once and without recursion.
 */
export function jsonLines(
  text: string,
  mostDepth: number,
  mostLines: number,
): readonly JsonLine[] | JsonFault {
  const lines: JsonLine[] = [];
  const open: { row: number; close: "}" | "]" }[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const takeString = (): string | undefined => {
    const end = stringEnd(text, at);
    if (end === undefined) return undefined;
    const found = text.slice(at, end);
    at = end;
    return found;
  };
  const fault = (): JsonFault => ({ fault: "invalid", offset: at });
  // One turn reads one value, and after it all brackets that close.
  for (let isFirst = true; ; isFirst = false) {
    take(BLANK);
    if (open.length === 0 && !isFirst) return at === text.length ? lines : fault();
    if (lines.length >= mostLines) return { fault: "limit" };
    const around = open.at(-1);
    let key: string | undefined;
    if (around?.close === "}") {
      key = takeString();
      take(BLANK);
      if (key === undefined || text[at] !== ":") return fault();
      at += 1;
      take(BLANK);
    }
    const named = { depth: open.length, comma: false, ...(key !== undefined && { key }) };
    const first = text[at];
    if (first === "{" || first === "[") {
      const close = first === "{" ? "}" : "]";
      at += 1;
      take(BLANK);
      if (text[at] === close) {
        at += 1;
        lines.push({ ...named, text: first + close, kind: "bracket" });
      } else {
        if (open.length >= mostDepth) return { fault: "limit" };
        open.push({ row: lines.length, close });
        lines.push({ ...named, text: first, kind: "bracket", members: 0 });
        continue;
      }
    } else {
      const kind =
        first === '"'
          ? "string"
          : first === "-" || (first !== undefined && first >= "0" && first <= "9")
            ? "number"
            : "word";
      const value = kind === "string" ? takeString() : take(kind === "number" ? NUMBER : WORD);
      if (value === undefined) return fault();
      lines.push({ ...named, text: value, kind });
    }
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const head = lines[top.row];
      if (head) head.members = (head.members ?? 0) + 1;
      take(BLANK);
      const last = lines.at(-1);
      if (text[at] === ",") {
        if (last) last.comma = true;
        at += 1;
        break;
      }
      if (text[at] !== top.close) return fault();
      at += 1;
      if (head) head.end = lines.length;
      open.pop();
      lines.push({ depth: open.length, text: top.close, kind: "bracket", comma: false });
    }
  }
}

/** Where a string that begins at `from` ends; nothing where none does. A loop, for patterns run out of stack on long ones. */
function stringEnd(text: string, from: number): number | undefined {
  if (text[from] !== '"') return undefined;
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return undefined;
    if (code !== 0x5c) continue;
    at += 1;
    const escaped = text[at] ?? "";
    if (escaped === "u") {
      if (!/^[\da-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) return undefined;
      at += 4;
    } else if (!'"\\/bfnrt'.includes(escaped) || escaped === "") return undefined;
  }
  return undefined;
}
