import type { Binding } from "../keys/bindings.js";

/** What a key asks of what is open over the page. */
export interface PreviewCommand {
  readonly do: "change";
  readonly by: 1 | -1;
}

/** The keys around a file that is looked into, or two that are compared. */
export const PREVIEW_KEYS: readonly Binding<PreviewCommand>[] = [
  { press: [" "], does: "Look into the file that is chosen in the tree" },
  { press: ["Enter", "Shift+Enter"], does: "The next place of the word that is looked for, the one before" },
  { press: ["n"], does: "The next change of a comparison", command: { do: "change", by: 1 } },
  { press: ["p"], does: "The change before", command: { do: "change", by: -1 } },
];
