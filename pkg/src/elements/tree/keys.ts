import { type Binding, commandFor, pressOf } from "../keys/bindings.js";

/** What a key asks of the tree. */
export type TreeCommand =
  | { readonly do: "move"; readonly by: number }
  | { readonly do: "page"; readonly by: 1 | -1 }
  | { readonly do: "first" | "last" | "open" | "close" | "parent" | "activate" | "open-all" | "copy" }
  | { readonly do: "filter" | "clear" }
  | { readonly do: "find"; readonly text: string };

/** The keys of a tree of files, by the WAI-ARIA practices for a treegrid. */
export const TREE_KEYS: readonly Binding<TreeCommand>[] = [
  { press: ["ArrowDown"], does: "The next row", command: { do: "move", by: 1 } },
  { press: ["ArrowUp"], does: "The row before", command: { do: "move", by: -1 } },
  { press: ["ArrowRight"], does: "Open the folder; then into it", command: { do: "open" } },
  { press: ["ArrowLeft"], does: "Close the folder; then out of it", command: { do: "close" } },
  { press: ["Backspace"], does: "The folder around it", command: { do: "parent" } },
  { press: ["PageDown"], does: "A page down", command: { do: "page", by: 1 } },
  { press: ["PageUp"], does: "A page up", command: { do: "page", by: -1 } },
  { press: ["Home", "Control+Home"], does: "The first row", command: { do: "first" } },
  { press: ["End", "Control+End"], does: "The last row", command: { do: "last" } },
  { press: ["Enter", " "], does: "Describe it; open or close a folder", command: { do: "activate" } },
  { press: ["*"], does: "Open all folders", command: { do: "open-all" } },
  { press: ["Control+c"], does: "Copy the path", command: { do: "copy" } },
  { press: ["Escape"], does: "Take the filter away; then the description", command: { do: "clear" } },
  { press: [], written: "letters", does: "The next name that begins so" },
];

/** Keys that are letters while a word is typed. */
const IN_WORDS: ReadonlySet<string> = new Set([" ", "*"]);

/** Signs that begin no word: they are keys of the whole page. */
const NO_LETTERS: ReadonlySet<string> = new Set(["?", "[", "]"]);

/** A pause longer than this, in milliseconds, begins a new word. */
const WORD_PAUSE = 700;

/** Reads keys as the WAI-ARIA practices lay down for a treegrid; letters in a row make a word to look for. */
export class Keys {
  #word = "";
  #last = 0;

  /** The command of a key; `undefined` for keys that are not the tree's. */
  read(event: KeyboardEvent): TreeCommand | undefined {
    if (event.altKey || event.isComposing) return undefined;
    // No name holds a slash: no word has one.
    if (event.key === "/") return { do: "filter" };
    if (IN_WORDS.has(event.key) && this.#inWord(event)) return this.#letter(event);
    // The Command key of a Mac stands for Ctrl where something is copied.
    if (event.metaKey) return event.key === "c" ? { do: "copy" } : undefined;
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
