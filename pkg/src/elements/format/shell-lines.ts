/** Longer commands are not broken onto lines. */
const MOST_BROKEN = 65_536;

/** Commands longer than this are broken after each `;` too. */
const LONG = 100;

/**
 * Breaks a shell command onto lines, before each `&&` and where the recorded whitespace shows that its author had broken it.
 * Only whitespace is taken away, and only outside quotes and parentheses, so that the lines joined by `\` mean the same.
 *
 * @example
 * shellLines("apt-get update &&     apt-get install -y curl"); // ["apt-get update", "&& apt-get install -y curl"]
 */
export function shellLines(command: string): string[] {
  if (command.length > MOST_BROKEN) return [command];
  const lines: string[] = [];
  // What is open: double quotes, backquotes, parentheses. Nothing is broken inside of them.
  const open: string[] = [];
  let start = 0;
  for (let at = 0; at < command.length; at += 1) {
    const sign = command.charAt(at);
    const inside = open.at(-1);
    if (sign === "\\") {
      at += 1;
    } else if (sign === "'" && inside !== '"') {
      const end = command.indexOf("'", at + 1);
      if (end < 0) return [command];
      at = end;
    } else if (sign === inside || (sign === ")" && inside === "(")) {
      open.pop();
    } else if (
      sign === '"' ||
      sign === "`" ||
      (sign === "(" && (inside !== '"' || command[at - 1] === "$"))
    ) {
      open.push(sign);
    } else if (open.length === 0 && isSpace(sign)) {
      let end = at;
      while (end < command.length && isSpace(command.charAt(end))) end += 1;
      if (at > start && end < command.length && breaks(command, at, end)) {
        lines.push(command.slice(start, at));
        start = end;
      }
      at = end - 1;
    }
  }
  // Quotes that do not end were read wrongly from the beginning.
  if (open.some((sign) => sign !== "(")) return [command];
  lines.push(command.slice(start));
  return lines;
}

function isSpace(sign: string): boolean {
  return sign === " " || sign === "\t";
}

/** Is the whitespace from `at` to `end` a place for a new line? */
function breaks(command: string, at: number, end: number): boolean {
  if (command.startsWith("&&", end) || end - at > 1 || command[at] === "\t") return true;
  return command.length > LONG && command[at - 1] === ";";
}
