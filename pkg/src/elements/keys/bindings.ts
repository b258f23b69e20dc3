/** Keys, what they do in words, and the command that stands for it. Handlers and the map of keys read the same tables. */
export interface Binding<Command> {
  /** Names as in `KeyboardEvent.key`, any of which is meant; `Control+Home` with another key held, `g o` one after the other. */
  readonly press: readonly string[];
  readonly does: string;
  /** For keys that differ: what each asks for. Absent where the table only tells of keys that are read otherwise. */
  readonly command?: Command | ((press: string) => Command);
  /** How the keys are written where their names would not do. */
  readonly written?: string;
}

/** Bindings that belong together in the map of keys. */
export interface BindingGroup {
  readonly name: string;
  readonly bindings: readonly Binding<unknown>[];
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  PageDown: "Page Down",
  PageUp: "Page Up",
  Control: "Ctrl",
  Escape: "Esc",
  " ": "Space",
};

/** The keys of one press as they are written on a keyboard, one after the other. */
export function keyNames(press: string): string[] {
  const parts = press === " " ? [press] : press.split(/[ +](?=.)/);
  return parts.map((part) => NAMES[part] ?? part);
}

/** The press of an event, as bindings name it. */
export function pressOf(event: KeyboardEvent): string {
  return event.ctrlKey ? `Control+${event.key}` : event.key;
}

/** The command that a table has for a press. */
export function commandFor<Command extends object>(
  bindings: readonly Binding<Command>[],
  press: string,
): Command | undefined {
  const command = bindings.find((binding) => binding.press.includes(press))?.command;
  return typeof command === "function" ? command(press) : command;
}
