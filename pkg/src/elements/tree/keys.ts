/** What a key asks of the tree. */
export type TreeCommand =
  | { readonly do: "move"; readonly by: number }
  | { readonly do: "page"; readonly by: 1 | -1 }
  | { readonly do: "first" | "last" | "open" | "close" | "activate" }
  | { readonly do: "find"; readonly text: string };

/** A pause longer than this, in milliseconds, begins a new word. */
const WORD_PAUSE = 700;

/** Reads keys as the WAI-ARIA practices lay down for a treegrid; letters in a row make a word to look for. */
export class Keys {
  #word = "";
  #last = 0;

  /** The command of a key; `undefined` for keys that are not the tree's. */
  read(event: KeyboardEvent): TreeCommand | undefined {
    if (event.altKey || event.metaKey || event.isComposing) return undefined;
    if (event.ctrlKey)
      return event.key === "Home" ? { do: "first" } : event.key === "End" ? { do: "last" } : undefined;
    switch (event.key) {
      case "ArrowDown":
        return { do: "move", by: 1 };
      case "ArrowUp":
        return { do: "move", by: -1 };
      case "PageDown":
        return { do: "page", by: 1 };
      case "PageUp":
        return { do: "page", by: -1 };
      case "Home":
        return { do: "first" };
      case "End":
        return { do: "last" };
      case "ArrowRight":
        return { do: "open" };
      case "ArrowLeft":
        return { do: "close" };
      case "Enter":
        return { do: "activate" };
      case " ":
        return this.#inWord(event) ? this.#letter(event) : { do: "activate" };
      default:
        return [...event.key].length === 1 ? this.#letter(event) : undefined;
    }
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
