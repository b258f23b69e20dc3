import { html, type TemplateResult } from "lit";
import { plain, runs } from "../format/text.js";
import { PREVIEW_LIMITS } from "./limits.js";

/** A stretch of a line: from where to where, in characters, and what it is. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** Text of an image with what cannot be seen named; tabs stay tabs. Text nodes only. */
export function visible(text: string): (string | TemplateResult)[] {
  const out: (string | TemplateResult)[] = [];
  let first = true;
  let signs = 0;
  for (const part of text.split("\t")) {
    if (!first) out.push("\t");
    first = false;
    if (signs >= PREVIEW_LIMITS.rowSigns) {
      // A text of nothing else would fill the page with elements.
      out.push(plain(part, part.length));
      continue;
    }
    for (const run of runs(part)) {
      if ("text" in run) out.push(run.text);
      else if (signs < PREVIEW_LIMITS.rowSigns)
        out.push(html`<span class="sign" title=${run.name}>${run.sign}</span>`);
      else out.push(`⟨${run.sign}⟩`);
      if (!("text" in run)) signs += 1;
    }
  }
  return out;
}

/** Cuts a text where spans begin and end. Spans of one list do not overlap; those of different lists may. */
export function pieces(
  text: string,
  ...lists: readonly (readonly Span[])[]
): { readonly text: string; readonly names: readonly string[] }[] {
  const cuts = new Set([0, text.length]);
  for (const { from, to } of lists.flat()) {
    cuts.add(Math.min(Math.max(0, from), text.length));
    cuts.add(Math.min(Math.max(0, to), text.length));
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const found: { text: string; names: string[] }[] = [];
  const next = lists.map(() => 0);
  for (let at = 0; at + 1 < sorted.length; at += 1) {
    const [from, to] = [sorted[at] ?? 0, sorted[at + 1] ?? 0];
    const names: string[] = [];
    for (const [list, spans] of lists.entries()) {
      let index = next[list] ?? 0;
      while ((spans[index]?.to ?? Number.POSITIVE_INFINITY) <= from) index += 1;
      next[list] = index;
      const span = spans[index];
      if (span && span.from <= from && span.to >= to) names.push(span.name);
    }
    found.push({ text: text.slice(from, to), names });
  }
  return found;
}
