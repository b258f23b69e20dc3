/** Which rows of a tree are meant, and how that is told to the module. */
import { LayerglassError } from "../error.js";
import type { Aspect, Change, NodeKind } from "../tree-types.js";
import type { Size } from "../types.js";

/**
 * Which paths of a tree are meant: those that meet every criterion that is given. Folders around them are shown as well.
 *
 * @example
 * await tree.filter({ glob: "usr/**", kinds: ["file"], mode: { all: 0o4000 } }); // set-uid programs below /usr
 * await tree.filter({ expression: /\.(pem|key)$/i, changes: ["added", "modified"] });
 * console.log(tree.matches);
 */
export interface TreeFilter {
  /** The path contains this text, in any case. */
  readonly text?: string;
  /**
   * The path fits this pattern, or one of these. Without a slash a pattern is for the name alone (`*.pyc`), with one for the
   * path from the root (`etc/*.conf`). There are `*`, `?`, `[a-z]`, and `**` for any number of folders.
   */
  readonly glob?: string | readonly string[];
  /**
   * The path, without a leading slash, matches. It is JavaScript's own expression, run in a worker of its own that is ended
   * after `filterMilliseconds`. Names that are not UTF-8 are matched as they are shown.
   */
  readonly expression?: RegExp | string;
  /** It is a regular file of a size within these bounds, in bytes. */
  readonly size?: { readonly min?: Size; readonly max?: Size };
  /** It is one of these kinds of things. */
  readonly kinds?: readonly NodeKind[];
  /** The tree's last layer did one of these to it. */
  readonly changes?: readonly Change[];
  /** It was modified in one of these ways. */
  readonly aspects?: readonly Aspect[];
  /** The number or the name of its owner; many layers give no names. */
  readonly owner?: number | string;
  /** The number or the name of its group. */
  readonly group?: number | string;
  /** It has all, at least one, or none of these permission bits. Symbolic links have none that mean anything. */
  readonly mode?: { readonly all?: number; readonly any?: number; readonly none?: number };
  /** One of these layers, by position in the image, wrote it last. */
  readonly layers?: readonly number[];
}

/** Extras of a filter. */
export interface FilterOptions {
  /** Ends the work: the promise rejects with the kind `aborted`, and the tree stays as it was. */
  readonly signal?: AbortSignal;
  /** Called when all paths have been matched: the tree changes from now on, and not before. */
  readonly onMatched?: () => void;
}

/** A regular expression as plain data. */
export interface Expression {
  readonly source: string;
  readonly flags: string;
}

/** A filter as the module takes it: see `tree_filter` of its bindings. */
export type FilterArguments = readonly [texts: string[], numbers: Float64Array];

/** UTF-16 units of a text, a pattern or an expression: more than any path has. */
const MOST_TEXT = 65_536;
/** Entries of a list. */
const MOST_ENTRIES = 65_536;
/** UTF-16 units of what an engine says of an expression. */
const MOST_MESSAGE = 300;
const MODE_BITS = 0o7777;
const NONE = -1;

const KINDS: readonly NodeKind[] = ["file", "directory", "symlink", "char", "block", "fifo"];
const CHANGES: readonly Change[] = ["unchanged", "added", "modified", "removed"];
const ASPECTS: readonly Aspect[] = ["type", "contents", "size", "mode", "owner", "time", "xattrs", "target"];
const KNOWN = new Set<string>(
  "text glob expression size kinds changes aspects owner group mode layers".split(" "),
);

/** What the module is given for a filter, and the expression apart. */
export function readFilter(filter: string | TreeFilter): {
  readonly criteria: FilterArguments;
  readonly expression: Expression | undefined;
} {
  const given: TreeFilter = typeof filter === "string" ? { text: filter } : filter;
  if (typeof given !== "object" || given === null) throw wrong("filter", "is a text or an object", filter);
  for (const name of Object.keys(given)) if (!KNOWN.has(name)) throw wrong(name, "is no criterion", name);
  const globs = given.glob === undefined ? [] : typeof given.glob === "string" ? [given.glob] : given.glob;
  const texts = [
    text("text", given.text ?? ""),
    typeof given.owner === "string" ? name("owner", given.owner) : "",
    typeof given.group === "string" ? name("group", given.group) : "",
    ...list("glob", globs).map((glob) => text("glob", glob)),
  ];
  const { size = {}, mode = {} } = given;
  const bits = (what: string, value: number | undefined) => count(what, value ?? 0, MODE_BITS);
  const numbers = [
    bytes("size.min", size.min),
    bytes("size.max", size.max),
    id("owner", given.owner),
    id("group", given.group),
    bits("mode.all", mode.all),
    bits("mode.any", mode.any),
    bits("mode.none", mode.none),
    set("kinds", given.kinds, KINDS),
    set("changes", given.changes, CHANGES),
    set("aspects", given.aspects, ASPECTS),
    ...list("layers", given.layers ?? []).map((layer) => count("layers", layer, 0xffff)),
  ];
  return {
    criteria: [texts, Float64Array.from(numbers)],
    expression: given.expression === undefined ? undefined : compile(given.expression),
  };
}

function compile(given: RegExp | string): Expression {
  const isText = typeof given === "string";
  if (!isText && !(given instanceof RegExp))
    throw wrong("expression", "is a regular expression or its text", given);
  const source = text("expression", isText ? given : given.source);
  // One path is not to be looked at from where the one before it ended.
  const flags = isText ? "" : given.flags.replace(/[gy]/g, "");
  try {
    new RegExp(source, flags);
  } catch (thrown) {
    throw badExpression(thrown, source);
  }
  return { source, flags };
}

/** The error of an expression that JavaScript does not take. */
export function badExpression(thrown: unknown, source: string): LayerglassError {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  // Engines repeat the expression, and then say what is wrong with it.
  const message = said.length > MOST_MESSAGE ? `…${said.slice(-MOST_MESSAGE)}` : said;
  const data = { kind: "invalid", code: "expression", message } as const;
  return new LayerglassError(data, { cause: thrown, input: source });
}

function text(what: string, value: unknown): string {
  if (typeof value === "string" && value.length <= MOST_TEXT) return value;
  throw wrong(what, `is a text of at most ${MOST_TEXT} characters`, value);
}

function name(what: string, value: string): string {
  if (value !== "") return text(what, value);
  throw wrong(what, "is a number or a name", value);
}

function list<T>(what: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value) && value.length <= MOST_ENTRIES) return value;
  throw wrong(what, `is a list of at most ${MOST_ENTRIES}`, value);
}

function count(what: string, value: unknown, most: number): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  throw wrong(what, `is a whole number from 0 to ${most}`, value);
}

function id(what: string, value: number | string | undefined): number {
  return value === undefined || typeof value === "string" ? NONE : count(what, value, 0xffff_ffff);
}

function bytes(what: string, value: Size | undefined): number {
  if (value === undefined) return NONE;
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && number >= 0 && (Number.isInteger(number) || number === Infinity))
    return number;
  throw wrong(what, "is a whole number from 0 on", value);
}

function set<T extends string>(what: string, values: readonly T[] | undefined, all: readonly T[]): number {
  if (values === undefined) return 0;
  let bits = 0;
  for (const value of list(what, values)) {
    const bit = all.indexOf(value);
    if (bit < 0) throw wrong(what, `is a list of ${all.join(", ")}`, value);
    bits |= 1 << bit;
  }
  return bits;
}

function wrong(what: string, reason: string, found: unknown): LayerglassError {
  const data = { kind: "invalid", code: "argument", message: `\`${what}\` ${reason}` } as const;
  return new LayerglassError({ ...data, found: String(found).slice(0, 200) });
}
