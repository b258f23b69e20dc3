/** Deeper than this nothing is moved to the right any more: hostile nesting must not fill the memory with spaces. */
const DEEPEST = 64;

/**
 * JSON with a member to a line. Only whitespace between its tokens changes: numbers, escapes and members that are there twice stay
 * as they are written. What is not JSON comes back as it is.
 */
export function prettyJson(text: string): string {
  const token = /\s*("[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+)/sy;
  const out: string[] = [];
  let depth = 0;
  let last = "";
  const line = (): string => `\n${"  ".repeat(Math.min(depth, DEEPEST))}`;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) return text.slice(at).trim() === "" && depth === 0 ? out.join("") : text;
    const closes = found === "}" || found === "]";
    if (closes) depth -= 1;
    if (depth < 0) return text;
    const emptied = closes && (last === "{" || last === "[");
    if (closes ? !emptied : last === "{" || last === "[" || last === ",") out.push(line());
    out.push(found === ":" ? ": " : found);
    if (found === "{" || found === "[") depth += 1;
    last = found;
  }
  return depth === 0 ? out.join("") : text;
}
