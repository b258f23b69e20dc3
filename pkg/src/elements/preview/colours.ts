/** The parts of a text that are told apart by colour. The order is that of the numbers that stand for them. */
export const COLOURS = [
  "comment",
  "keyword",
  "string",
  "number",
  "name",
  "type",
  "attribute",
  "added",
  "removed",
  "heading",
] as const;

export type Colour = (typeof COLOURS)[number];

/** What the words of highlight.js for the parts of a text become here. */
const OF: Readonly<Record<string, Colour>> = {
  comment: "comment",
  quote: "comment",
  doctag: "comment",
  keyword: "keyword",
  built_in: "keyword",
  literal: "number",
  number: "number",
  string: "string",
  regexp: "string",
  char: "string",
  symbol: "string",
  link: "string",
  title: "name",
  function: "name",
  section: "heading",
  strong: "heading",
  type: "type",
  class: "type",
  "selector-tag": "keyword",
  "selector-class": "type",
  "selector-id": "type",
  "selector-pseudo": "type",
  tag: "type",
  name: "type",
  attr: "attribute",
  attribute: "attribute",
  property: "attribute",
  variable: "attribute",
  "template-variable": "attribute",
  params: "attribute",
  meta: "keyword",
  bullet: "number",
  addition: "added",
  deletion: "removed",
};

/** The colour for a class of highlight.js, `hljs-keyword`. */
export function colourOf(className: string): Colour | undefined {
  const name = className.startsWith("hljs-") ? className.slice(5) : undefined;
  return name !== undefined && Object.hasOwn(OF, name) ? OF[name] : undefined;
}
