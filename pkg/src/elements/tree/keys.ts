import { type Binding, commandFor, pressOf } from "../keys/bindings.js";

/** What a key asks of the tree. */
export type TreeCommand =
  | { readonly do: "move"; readonly by: number }
  | { readonly do: "page"; readonly by: 1 | -1 }
  | { readonly do: "first" | "last" | "open" | "close" | "activate" }
  | { readonly do: "find"; readonly text: string };

/** The keys of a tree of files, by the WAI-ARIA practices for a treegrid. */
export const TREE_KEYS: readonly Binding<TreeCommand>[] = [
  { press: ["ArrowDown"], does: "The next row", command: { do: "move", by: 1 } },
  { press: ["ArrowUp"], does: "The row before", command: { do: "move", by: -1 } },
  { press: ["ArrowRight"], does: "Open the folder; then into it", command: { do: "open" } },
  { press: ["ArrowLeft"], does: "Close the folder; then out of it", command: { do: "close" } },
  { press: ["PageDown"], does: "A page down", command: { do: "page", by: 1 } },
  { press: ["PageUp"], does: "A page up", command: { do: "page", by: -1 } },
  { press: ["Home", "Control+Home"], does: "The first row", command: { do: "first" } },
  { press: ["End", "Control+End"], does: "The last row", command: { do: "last" } },
  { press: ["Enter", " "], does: "Describe it; open or close a folder", command: { do: "activate" } },
  { press: [], written: "letters", does: "The next name that begins so" },
];

/** Signs that begin no word: they are keys of the whole page. */
const NO_LETTERS: ReadonlySet<string> = new Set(["/", "?", "[", "]"]);

/** A pause longer than this, in milliseconds, begins a new word. */
const WORD_PAUSE = 700;

/** Reads keys as the WAI-ARIA practices lay down for a treegrid; letters in a row make a word to look for. */
export class Keys {
  #word = "";
  #last = 0;

  /** The command of a key; `undefined` for keys that are not the tree's. */
  read(event: KeyboardEvent): TreeCommand | undefined {
    if (event.altKey || event.metaKey || event.isComposing) return undefined;
    // A space belongs to the word that is being typed.
    if (event.key === " " && this.#inWord(event)) return this.#letter(event);
    const command = commandFor(TREE_KEYS, pressOf(event));
    if (command || event.ctrlKey || [...event.key].length !== 1) return command;
    return this.#inWord(event) || !NO_LETTERS.has(event.key) ? this.#letter(event) : undefined;
  }

  #inWord(event: KeyboardEvent): boolean {
    return this.#word !== "" && event.timeStamp - this.#last <= WORD_PAUSE;
  }

  #letter(event: KeyboardEvent): TreeCommand {
    const letter = event.key.toLowerCase();
    this.#word = this.#inWord(event) ? this.#word + letter : letter;
    this.#last = event.timeStamp;
    return { do: "find", text: this.#word };
  }
}
