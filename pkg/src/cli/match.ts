/** Which paths a pattern means. */
import { UsageError } from "./exit.js";

/** Does it mean this path? Paths have no slash at their start. */
export type Matcher = (path: string) => boolean;

/**
 * `*` and `?` stand for characters of one component, `**` for any number of components, `[a-z]` for one of some characters. A pattern
 * without a slash fits names in any folder. It is matched component by component, so that no path makes it slow.
 */
export function glob(pattern: string): Matcher {
  const trimmed = pattern.replace(/^\/+/, "").replace(/\/+$/, "");
  if (trimmed === "") throw new UsageError("a pattern is such as *.pyc or etc/**");
  const parts = trimmed.split("/").map((part) => (part === "**" ? undefined : component(part)));
  if (!pattern.includes("/") && parts[0]) {
    const [name] = parts;
    return (path) => name(path.slice(path.lastIndexOf("/") + 1));
  }
  return (path) => fits(parts, path.split("/"));
}

/** Components against a pattern; `undefined` in it stands for any number of them. */
function fits(parts: readonly (Matcher | undefined)[], path: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  // Where to go on when what follows the last `**` does not fit.
  let retry: { part: number; at: number } | undefined;
  while (at < path.length || part < parts.length) {
    if (part < parts.length) {
      const wanted = parts[part];
      if (wanted === undefined) {
        retry = { part, at: at + 1 };
        part += 1;
        continue;
      }
      const name = path[at];
      if (name !== undefined && wanted(name)) {
        part += 1;
        at += 1;
        continue;
      }
    }
    if (!retry || retry.at > path.length) return false;
    ({ at } = retry);
    part = retry.part;
  }
  return true;
}

/** One component of a pattern. */
function component(pattern: string): Matcher {
  const tokens: (((character: string) => boolean) | undefined)[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    const end = character === "[" ? characters.indexOf("]", at + 2) : -1;
    if (character === "*") tokens.push(undefined);
    else if (character === "?") tokens.push(() => true);
    else if (end > 0) {
      tokens.push(oneOf(characters.slice(at + 1, end)));
      at = end;
    } else if (character === "\\" && at + 1 < characters.length) {
      at += 1;
      const escaped = characters[at];
      tokens.push((found) => found === escaped);
    } else tokens.push((found) => found === character);
  }
  return (name) => {
    const found = [...name];
    let token = 0;
    let at = 0;
    let retry: { token: number; at: number } | undefined;
    while (at < found.length || token < tokens.length) {
      if (token < tokens.length) {
        const wanted = tokens[token];
        if (wanted === undefined) {
          retry = { token, at: at + 1 };
          token += 1;
          continue;
        }
        const next = found[at];
        if (next !== undefined && wanted(next)) {
          token += 1;
          at += 1;
          continue;
        }
      }
      if (!retry || retry.at > found.length) return false;
      ({ token, at } = retry);
    }
    return true;
  };
}

/** `[abc]`, `[a-z]`, `[!a]`. */
function oneOf(set: readonly string[]): (character: string) => boolean {
  const negated = set[0] === "!" || set[0] === "^";
  const ranges: (readonly [string, string])[] = [];
  for (let at = negated ? 1 : 0; at < set.length; at += 1) {
    const from = set[at] ?? "";
    const to = set[at + 1] === "-" ? set[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  const code = (character: string) => character.codePointAt(0) ?? 0;
  return (character) =>
    ranges.some(([from, to]) => code(from) <= code(character) && code(character) <= code(to)) !== negated;
}
