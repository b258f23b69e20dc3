/** Serving the page that started this worker of a browser. */
import type { ToWorker } from "../archive/protocol.js";
import { openRemote } from "./remote.js";
import { type StartRole, serve } from "./serve.js";

// The page's own `postMessage` has another shape; inside a worker it takes the buffers to give away.
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

/** Answers whoever started this worker. */
export function serveHere(start: StartRole): void {
  const post = (message: unknown, transfer: Transferable[]) => scope.postMessage(message, transfer);
  const receive = serve({ post }, openRemote, start);
  scope.addEventListener("message", (event) => receive(event.data as ToWorker));
}
