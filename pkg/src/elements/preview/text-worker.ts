/** The module of the worker that colours texts and compares them. The libraries are loaded when they are needed. */
import type { Compared, DiffTask } from "./diff-lines.js";

/** What the worker is asked for. */
export type TextTask = HighlightTask | DiffTask;

/** Colours of a text are wanted. */
export interface HighlightTask {
  readonly do: "highlight";
  readonly language: string;
  readonly text: string;
  /** No more runs than these are given. */
  readonly most: number;
}

/** What comes back for each kind of task. */
export interface TextAnswer {
  /** For each run that has a colour: where it begins and ends in the text, and which colour of `COLOURS` it has. */
  readonly highlight: Uint32Array;
  /** What is the same and what is not. */
  readonly diff: Compared;
}

// The page's own `postMessage` has another shape.
const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

async function answer(task: TextTask): Promise<TextAnswer[TextTask["do"]] | undefined> {
  if (task.do === "highlight") return (await import("./highlight.js")).highlight(task);
  return (await import("./diff-lines.js")).compareLines(task);
}

scope.addEventListener("message", (event) => {
  void answer(event.data as TextTask).then(
    (given) => scope.postMessage(given),
    () => scope.postMessage(undefined),
  );
});
