/** Work on texts that may take long: it is done in a worker of its own, which is ended when its time is over. */
import type { TextAnswer, TextTask } from "./text-worker.js";

/** The result of a task, or `undefined` when its time was over or no worker could be had. */
export function inWorker<Task extends TextTask>(
  task: Task,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<TextAnswer[Task["do"]] | undefined> {
  return new Promise((resolve) => {
    let worker: Worker | undefined;
    const end = (answer?: TextAnswer[Task["do"]]): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      worker?.terminate();
      resolve(answer);
    };
    const abort = (): void => end();
    const timer = setTimeout(abort, milliseconds);
    if (signal?.aborted) return end();
    signal?.addEventListener("abort", abort);
    try {
      // Written out so that bundlers see the worker and bring it along.
      worker = new Worker(new URL("./text-worker.js", import.meta.url), { type: "module" });
    } catch {
      // Some pages allow no workers; texts have no colours there.
      return end();
    }
    worker.onmessage = (event) => end(event.data ?? undefined);
    worker.onerror = (event) => {
      event.preventDefault();
      end();
    };
    worker.postMessage(task);
  });
}
