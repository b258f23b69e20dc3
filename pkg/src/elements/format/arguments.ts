import { shellLines } from "./shell-lines.js";

/**
 * The arguments of an instruction as they would stand in a Dockerfile, line by line. Builders record them as their own data
 * structures print themselves: `CMD ["a" "b"]`, `EXPOSE map[80/tcp:{}]`, `HEALTHCHECK &{["CMD" "x"] "5s" …}`.
 */
export function instructionLines(keyword: string, text: string): string[] {
  switch (keyword) {
    case "RUN":
      return shellLines(text);
    case "CMD":
    case "ENTRYPOINT":
      return [quotedList(text) ?? text];
    case "SHELL":
      return [
        bracketed(text)
          ?.map((word) => JSON.stringify(word))
          .join(", ")
          .replace(/^.*$/s, "[$&]") ?? text,
      ];
    case "VOLUME":
      return [bracketed(text)?.join(" ") ?? text];
    case "EXPOSE":
      return [ports(text)];
    case "HEALTHCHECK":
      return [healthcheck(text) ?? text];
    case "ENV":
    case "LABEL":
      return pairs(text);
    case "ADD":
    case "COPY":
      return [text.replace(CLASSIC_SOURCE, "$1$2… $3")];
    default:
      return [text];
  }
}

/** `COPY file:HASH in /app`: what was copied is known to the classic builder by its hash alone. */
const CLASSIC_SOURCE = /^((?:--\S+ )*)((?:file|dir|multi):[0-9a-f]{1,12})[0-9a-f]* in (.*)$/s;

/** `["a" "b"]` as `["a", "b"]`. */
function quotedList(text: string): string | undefined {
  const words = quotedWords(text);
  return words && `[${words.join(", ")}]`;
}

/** The words of `["a" "b"]` with their quotes; `undefined` when it is not such a list. */
function quotedWords(text: string): string[] | undefined {
  if (!text.startsWith("[") || !text.endsWith("]")) return undefined;
  const word = /\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*,?/sy;
  const words: string[] = [];
  for (word.lastIndex = 1; word.lastIndex < text.length - 1; ) {
    const found = word.exec(text);
    if (!found?.[1]) return undefined;
    words.push(found[1]);
  }
  return words;
}

/** The words of `[/a /b]`. */
function bracketed(text: string): string[] | undefined {
  if (text.startsWith('["') || !text.startsWith("[") || !text.endsWith("]")) return undefined;
  return text
    .slice(1, -1)
    .split(" ")
    .filter((word) => word !== "");
}

/** `map[53/udp:{} 80/tcp:{}]` or `[53/udp 80/tcp]` as `53/udp 80/tcp`. */
function ports(text: string): string {
  const list = bracketed(text.replace(/^map\[/, "["));
  return list ? list.map((port) => port.replace(/:\{\}$/, "")).join(" ") : text;
}

const HEALTHCHECK = /^&\{(\[.*\]) ((?:"[\w.µ]*" ){3,4})'((?:[^'\\]|\\.)+)'\}$/su;
const OPTIONS = ["--interval", "--timeout", "--start-period", "--start-interval"] as const;

function healthcheck(text: string): string | undefined {
  const [, list, times, count] = HEALTHCHECK.exec(text) ?? [];
  const words = quotedWords(list ?? "");
  if (!words || times === undefined || count === undefined) return undefined;
  if (words[0] === '"NONE"') return "NONE";
  const options = (times.match(/[\w.µ]+/gu) ?? [])
    .map((time, index) => (time === "0s" ? "" : `${OPTIONS[index]}=${time} `))
    .join("");
  const tries = rune(count);
  const command =
    words[0] === '"CMD-SHELL"' && words.length === 2
      ? unquoted(words[1] ?? "")
      : `[${words.slice(1).join(", ")}]`;
  return `${options}${tries > 0 ? `--retries=${tries} ` : ""}CMD ${command}`;
}

/** A text in quotes as it was before; in quotes where it cannot be told. */
function unquoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch {
    return text;
  }
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The number that was printed as if it were a character: `\x03` is 3. */
function rune(text: string): number {
  if (!text.startsWith("\\")) return text.codePointAt(0) ?? 0;
  const hex = /^\\[xuU]([0-9a-fA-F]+)$/.exec(text);
  if (hex?.[1]) return Number.parseInt(hex[1], 16);
  const letter = text.charAt(1);
  return ESCAPES[letter] ?? letter.charCodeAt(0);
}

/** `A=b c D=e` as `A="b c"` and `D=e`. The recorded text has lost its quotes: a name and `=` begin the next pair. */
function pairs(text: string): string[] {
  if (!/^[\w.][^\s="]*=/.test(text)) return [text];
  return text.split(/ (?=[A-Za-z_][\w./-]*=)/).map((pair) => {
    const equals = pair.indexOf("=");
    const value = pair.slice(equals + 1);
    if (value === "" || /^[^\s"'\\$]+$|^"[^"\\]*(?:\\.[^"\\]*)*"$/s.test(value)) return pair;
    return `${pair.slice(0, equals)}="${value.replace(/["\\]/g, "\\$&")}"`;
  });
}
