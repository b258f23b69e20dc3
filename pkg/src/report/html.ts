/** A report as one HTML file that asks for nothing and runs nothing. */
import { shortDigest } from "../elements/format/id.js";
import { exactSize, groupDigits, humanSize } from "../elements/format/size.js";
import { plain, runs } from "../elements/format/text.js";
import { shortTime } from "../elements/format/time.js";
import type { Size } from "../types.js";
import { STYLES } from "./html.styles.js";
import { type Cell, type CellKind, type Section, type Table, withoutEmptyColumns } from "./model.js";

/** UTF-16 units of one cell; more is cut, and says so. */
const MOST_TEXT = 4096;

/** No script, no picture, no font, no request: only the styles that stand in the file. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The file. Of each table it shows `rows` rows at most. */
export function toHtml(title: string, sections: readonly Section[], rows: number): string {
  const name = harmless(plain(title, 300));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Layerglass">
<title>${name} – image report</title>
<style>${STYLES}</style>
</head>
<body>
<header><p class="kicker">Image report</p><h1>${text(title, 300)}</h1></header>
${contents(sections)}
<main>
${body(sections, rows)}
</main>
<footer><p>Made by Layerglass. It holds no bytes of the image’s files, and asks for nothing outside.</p></footer>
</body>
</html>
`;
}

function contents(sections: readonly Section[]): string {
  let above = "";
  const items = sections.map(({ id, title, level }) => {
    if (level === 2) above = title;
    // Several images have sections of the same name.
    const of = level === 3 ? `<span class="unseen"> of ${text(above, 200)}</span>` : "";
    return `<li class="level-${level}"><a href="#${harmless(id)}">${text(title, 200)}${of}</a></li>`;
  });
  return `<nav aria-label="Contents"><ul>\n${items.join("\n")}\n</ul></nav>`;
}

function body(sections: readonly Section[], rows: number): string {
  return sections.map((section) => sectionHtml(section, rows)).join("\n");
}

function sectionHtml({ id, title, level, notes, facts, tables }: Section, rows: number): string {
  const heading = `heading-${harmless(id)}`;
  const list = facts
    .map(
      ({ name, kind, value }) =>
        `<div><dt>${text(name)}</dt><dd>${cell(kind === "digest" ? "code" : kind, value)}</dd></div>`,
    )
    .join("\n");
  return `<section id="${harmless(id)}" class="level-${level}">
<h${level} id="${heading}">${text(title, 300)}</h${level}>
${notes.map((note) => `<p class="note">${text(note)}</p>`).join("\n")}
${list === "" ? "" : `<dl>\n${list}\n</dl>`}
${tables.map((table) => tableHtml(withoutEmptyColumns(table), `${harmless(id)}-${harmless(table.id)}`, rows)).join("\n")}
</section>`;
}

function tableHtml({ caption, columns, rows }: Table, id: string, most: number): string {
  const head = columns.map(({ name, kind }) => `<th scope="col" class="${kind}">${text(name)}</th>`).join("");
  const lines = rows.slice(0, most).map((row) => {
    const cells = columns.map(({ kind }, at) => `<td class="${kind}">${cell(kind, row[at])}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  const more =
    rows.length > most
      ? `<p class="note">${groupDigits(rows.length - most)} more rows are not shown here; the report as JSON or CSV has all.</p>`
      : "";
  // What scrolls takes the focus, so that the keyboard reaches it.
  return `<div class="scroll" role="group" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}">${text(caption)} <span class="number">${groupDigits(rows.length)}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody>
</table></div>${more}`;
}

function cell(kind: CellKind, value: Cell): string {
  if (value === undefined) return '<span class="none">–</span>';
  if (typeof value !== "string") return number(kind, value);
  switch (kind) {
    case "code":
      return `<code>${text(value)}</code>`;
    case "digest":
      return `<code title="${harmless(plain(value))}">${text(shortDigest(value))}</code>`;
    case "time":
      return time(value);
    case "state":
      return `<span class="state ${TONES[value] ?? ""}">${text(value)}</span>`;
    default:
      return text(value);
  }
}

function number(kind: CellKind, value: Size): string {
  if (kind !== "bytes") return groupDigits(value);
  return `<data value="${value}" title="${exactSize(value)}">${humanSize(value)}</data>`;
}

function time(value: string): string {
  const valid =
    /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
  return valid ? `<time datetime="${harmless(value)}">${shortTime(value)} UTC</time>` : text(value);
}

/** Colours of states, beside their words. */
const TONES: Readonly<Record<string, string>> = {
  error: "bad",
  differs: "bad",
  unreadable: "bad",
  damaged: "bad",
  warning: "warn",
  absent: "warn",
  matches: "good",
};

/** Text from an image: nothing of it is markup, its direction ends with it, and what cannot be seen is named. */
function text(value: string, most = MOST_TEXT): string {
  const cut = value.length > most ? value.slice(0, most) : value;
  const shown = runs(cut)
    .map((run) =>
      "text" in run
        ? harmless(run.text)
        : `<span class="sign" title="${harmless(run.name)}">${harmless(run.sign)}</span>`,
    )
    .join("");
  const rest =
    value.length > most
      ? `<span class="note">… ${groupDigits(value.length - most)} more characters</span>`
      : "";
  // Most texts are plain, and a file of many rows stays small.
  return /^[\x20-\x7e’–…]*$/.test(cut) ? shown + rest : `<bdi>${shown}</bdi>${rest}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function harmless(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
