import { html, type TemplateResult } from "lit";
import { runs } from "../format/text.js";

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
  for (const part of text.split("\t")) {
    if (!first) out.push("\t");
    first = false;
    for (const run of runs(part))
      out.push("text" in run ? run.text : html`<span class="sign" title=${run.name}>${run.sign}</span>`);
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
