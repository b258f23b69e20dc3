import cmake from "highlight.js/lib/languages/cmake";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import nginx from "highlight.js/lib/languages/nginx";
import properties from "highlight.js/lib/languages/properties";
import { common, createLowlight } from "lowlight";
import { COLOURS, colourOf } from "./colours.js";
import type { HighlightTask } from "./text-worker.js";

const lowlight = createLowlight({ ...common, cmake, dockerfile, nginx, properties });

/** A node of the syntax tree: text, or an element with classes and children. */
type Node = ReturnType<typeof lowlight.highlight>["children"][number];

/** The coloured runs of a text, three numbers each; nothing of a language that is not known or past the limit. */
export function highlight({ language, text, most }: HighlightTask): Uint32Array | undefined {
  if (!lowlight.registered(language)) return undefined;
  const runs: number[] = [];
  let at = 0;
  // Nodes yet to be walked, the next one last, with the colour they lie in. No recursion: hostile texts nest deeply.
  const stack: [node: Node, colour: number][] = [];
  const push = (children: readonly Node[], colour: number): void => {
    for (let index = children.length - 1; index >= 0; index -= 1) {
      const child = children[index];
      if (child) stack.push([child, colour]);
    }
  };
  push(lowlight.highlight(language, text).children, -1);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [node, colour] = next;
    if (node.type === "text") {
      if (colour >= 0) runs.push(at, at + node.value.length, colour);
      if (runs.length > most * 3) return undefined;
      at += node.value.length;
    } else if (node.type === "element") {
      push(node.children, colourNumber(node.properties["className"], colour));
    }
  }
  return Uint32Array.from(runs);
}

/** The colour of an element, or that of what it lies in. */
function colourNumber(classes: unknown, around: number): number {
  for (const name of Array.isArray(classes) ? classes : []) {
    const colour = colourOf(String(name));
    if (colour) return COLOURS.indexOf(colour);
  }
  return around;
}
