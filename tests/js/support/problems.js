/** Collects what differs from what is expected. The same code runs in Node and in browsers, so it asserts nothing itself. */
export class Problems {
  #list = [];

  /** Compares values of plain data. Objects are compared whatever the order of their keys. */
  same(what, actual, expected) {
    const [a, b] = [canonical(actual), canonical(expected)];
    if (a !== b) this.#list.push(`${what}\n  is       ${short(a)}\n  expected ${short(b)}`);
  }

  /** Compares lists of lines, and names the lines that differ. */
  sameLines(what, actual, expected) {
    const missing = expected.filter((line) => !actual.includes(line));
    const surplus = actual.filter((line) => !expected.includes(line));
    for (const line of missing.slice(0, 5)) this.#list.push(`${what}: missing  ${line}`);
    for (const line of surplus.slice(0, 5)) this.#list.push(`${what}: surplus  ${line}`);
    if (missing.length + surplus.length === 0)
      this.same(`${what}: number of lines`, actual.length, expected.length);
  }

  ok(what, holds) {
    if (!holds) this.#list.push(what);
  }

  get list() {
    return this.#list;
  }
}

function canonical(value) {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === "bigint") return `${part}n`;
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function short(text = "undefined") {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
