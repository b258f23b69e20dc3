import type { Binding } from "../../keys/bindings.js";

/** What a key asks of a treemap. */
export type TreemapCommand =
  | { readonly do: "go"; readonly to: Direction }
  | { readonly do: "first" }
  | { readonly do: "last" }
  | { readonly do: "out" };

/** Where the next tile lies. */
export type Direction = "left" | "right" | "up" | "down";

/** The keys of a treemap; Enter is that of any button. */
export const TREEMAP_KEYS: readonly Binding<TreemapCommand>[] = [
  { press: ["ArrowLeft"], does: "The tile to the left", command: { do: "go", to: "left" } },
  { press: ["ArrowRight"], does: "The tile to the right", command: { do: "go", to: "right" } },
  { press: ["ArrowUp"], does: "The tile above", command: { do: "go", to: "up" } },
  { press: ["ArrowDown"], does: "The tile below", command: { do: "go", to: "down" } },
  { press: ["Home"], does: "The largest tile", command: { do: "first" } },
  { press: ["End"], does: "The last tile", command: { do: "last" } },
  { press: ["Enter", " "], does: "Into it, or to the file" },
  { press: ["Escape", "Backspace"], does: "Out of it again", command: { do: "out" } },
];
