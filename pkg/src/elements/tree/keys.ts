/** What a key asks of the tree. */
export type TreeCommand =
  | { readonly do: "move"; readonly by: number }
  | { readonly do: "page"; readonly by: 1 | -1 }
  | { readonly do: "first" | "last" | "open" | "close" | "parent" | "activate" | "open-all" | "copy" }
  | { readonly do: "filter" | "clear" }
  | { readonly do: "find"; readonly text: string };

/** A line of the map of keys. */
export interface TreeKey {
  /** As they are named on a keyboard; `Ctrl` stands for the Command key too. */
  readonly keys: readonly string[];
  readonly does: string;
}

/** The tree's keys, for a page that lists its keys. */
export const TREE_KEYS: readonly TreeKey[] = [
  { keys: ["↑", "↓"], does: "To the row above or below" },
  { keys: ["Page Up", "Page Down"], does: "A page further" },
  { keys: ["Home", "End"], does: "To the first or the last row" },
  { keys: ["→"], does: "Open the folder, or go into it" },
  { keys: ["←"], does: "Close the folder, or go to the one around it" },
  { keys: ["Backspace"], does: "To the folder around it" },
  { keys: ["Enter"], does: "Describe the row; open or close a folder" },
  { keys: ["*"], does: "Open all folders" },
  { keys: ["letters"], does: "To the next name that begins with them" },
  { keys: ["Ctrl+C"], does: "Copy the path" },
  { keys: ["/"], does: "To the search field" },
  { keys: ["Esc"], does: "Take the filter away, then the description" },
];

/** A pause longer than this, in milliseconds, begins a new word. */
const WORD_PAUSE = 700;

/** Keys that mean the same at any time. */
const COMMANDS: Readonly<Record<string, TreeCommand>> = {
  ArrowDown: { do: "move", by: 1 },
  ArrowUp: { do: "move", by: -1 },
  PageDown: { do: "page", by: 1 },
  PageUp: { do: "page", by: -1 },
  Home: { do: "first" },
  End: { do: "last" },
  ArrowRight: { do: "open" },
  ArrowLeft: { do: "close" },
  Backspace: { do: "parent" },
  Enter: { do: "activate" },
  Escape: { do: "clear" },
};

/** Keys that are letters of a word while one is typed. */
const SIGNS: Readonly<Record<string, TreeCommand>> = {
  " ": { do: "activate" },
  "*": { do: "open-all" },
};

/** Reads keys as the WAI-ARIA practices lay down for a treegrid; letters in a row make a word to look for. */
export class Keys {
  #word = "";
  #last = 0;

  /** The command of a key; `undefined` for keys that are not the tree's. */
  read(event: KeyboardEvent): TreeCommand | undefined {
    if (event.altKey || event.isComposing) return undefined;
    if (event.ctrlKey || event.metaKey) return this.#withControl(event);
    // No name holds a slash.
    if (event.key === "/") return { do: "filter" };
    const sign = this.#inWord(event) ? undefined : SIGNS[event.key];
    const command = sign ?? COMMANDS[event.key];
    if (command) return command;
    return [...event.key].length === 1 ? this.#letter(event) : undefined;
  }

  #withControl(event: KeyboardEvent): TreeCommand | undefined {
    if (event.key.toLowerCase() === "c" && !event.shiftKey) return { do: "copy" };
    if (event.metaKey) return undefined;
    return event.key === "Home" ? { do: "first" } : event.key === "End" ? { do: "last" } : undefined;
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
