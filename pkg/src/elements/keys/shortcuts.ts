import { PREVIEW_KEYS } from "../preview/keys.js";
import { TABS, type TabId } from "../views/tabs.js";
import { type Binding, type BindingGroup, commandFor, pressOf } from "./bindings.js";

/** What a key asks of the page or of its inspector. */
export type Command =
  | { readonly do: "help" | "open" | "theme" }
  | { readonly do: "save" | "filter" | "link" }
  | { readonly do: "tab"; readonly tab: TabId }
  | { readonly do: "tab-at"; readonly position: number }
  | { readonly do: "layer"; readonly by: 1 | -1 };

/** Keys of the page around the inspector. */
export const PAGE_KEYS: readonly Binding<Command>[] = [
  { press: ["?"], does: "Show this map of keys", command: { do: "help" } },
  { press: ["o"], does: "Open a file", command: { do: "open" } },
  { press: ["t"], does: "Change the colours", command: { do: "theme" } },
  { press: ["Escape"], does: "Close what is open over the page" },
];

/** Keys of the inspector. */
export const IMAGE_KEYS: readonly Binding<Command>[] = [
  {
    press: ["1", "2", "3", "4", "5", "6", "7", "8"],
    written: "1 … 8",
    does: "The views, from left to right",
    command: (press) => ({ do: "tab-at", position: Number(press) - 1 }),
  },
  { press: ["["], does: "The layer below; before the first, all together", command: { do: "layer", by: -1 } },
  { press: ["]"], does: "The next layer", command: { do: "layer", by: 1 } },
  { press: ["/"], does: "Find in what is shown", command: { do: "filter" } },
  { press: ["s"], does: "Save as…", command: { do: "save" } },
  { press: ["y"], does: "Copy a link to what is shown", command: { do: "link" } },
];

/** Keys that lead to the views by their letters. */
export const VIEW_KEYS: readonly Binding<Command>[] = TABS.map(({ id, name, key }) => ({
  press: [`g ${key}`],
  does: name,
  command: { do: "tab", tab: id },
}));

/** Keys of rows of tabs, as the WAI-ARIA practices lay them down; the rows read them themselves. */
const ROW_KEYS: readonly Binding<never>[] = [
  { press: ["ArrowLeft", "ArrowRight"], does: "The tab before, the next one" },
  { press: ["Home", "End"], does: "The first tab, the last one" },
];

/** The groups of keys that work outside of lists and trees. */
export const SHORTCUT_GROUPS: readonly BindingGroup[] = [
  { name: "Everywhere", bindings: PAGE_KEYS },
  { name: "In an opened file", bindings: IMAGE_KEYS },
  { name: "To a view", bindings: VIEW_KEYS },
  { name: "On the row of views", bindings: ROW_KEYS },
  { name: "Inside files", bindings: PREVIEW_KEYS },
];

const BINDINGS = [...PAGE_KEYS, ...IMAGE_KEYS, ...VIEW_KEYS];

/** The second key of two has to follow within this time, in milliseconds. */
const PAIR_PAUSE = 1500;

/** Reads keys that mean something wherever the focus is, unless somebody types or another part has taken the key. */
export class Shortcuts {
  /** Keys by themselves can be switched off: they get in the way of those who steer by voice. */
  enabled = true;
  #first = "";
  #at = 0;

  /** The command of a key; `undefined` for keys that are not the page's. */
  read(event: KeyboardEvent): Command | undefined {
    const first = event.timeStamp - this.#at <= PAIR_PAUSE ? this.#first : "";
    this.#first = "";
    if (!this.enabled || event.defaultPrevented || event.isComposing || event.repeat) return undefined;
    if (event.altKey || event.metaKey || event.ctrlKey || isTaken(event)) return undefined;
    const press = first === "" ? pressOf(event) : `${first} ${event.key}`;
    if (
      first === "" &&
      BINDINGS.some((binding) => binding.press.some((each) => each.startsWith(`${press} `)))
    ) {
      this.#first = press;
      this.#at = event.timeStamp;
      return undefined;
    }
    return commandFor(BINDINGS, press);
  }
}

/** Does the person type, or is a dialog open over what the keys would change? */
function isTaken(event: KeyboardEvent): boolean {
  return event
    .composedPath()
    .some(
      (node) =>
        node instanceof HTMLElement &&
        (node.isContentEditable || (node instanceof HTMLDialogElement && node.open) || node.matches(TYPED)),
    );
}

const TYPED =
  'textarea, select, input:not([type="checkbox"], [type="radio"], [type="button"], [type="file"])';
