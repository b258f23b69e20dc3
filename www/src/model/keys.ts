import { Shortcuts } from "layerglass/elements";

const KEY = "layerglass:keys";

/** The page's keys, switched on or off as the person chose. */
export function rememberedShortcuts(): Shortcuts {
  const shortcuts = new Shortcuts();
  try {
    shortcuts.enabled = localStorage.getItem(KEY) !== "off";
  } catch {
    // Storage may be forbidden; the keys are on then.
  }
  return shortcuts;
}

/** Remembers whether the keys are switched on. */
export function rememberKeys(enabled: boolean): void {
  try {
    localStorage.setItem(KEY, enabled ? "on" : "off");
  } catch {
    // Not remembered, still so.
  }
}
