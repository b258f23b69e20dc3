/** The module that workers of browsers run: the entry `layerglass/worker`. */
import type { ToWorker } from "./archive/protocol.js";
import { openRemote } from "./worker/remote.js";
import { startArchiveRole } from "./worker/roles.js";
import { serve } from "./worker/serve.js";

// The page's own `postMessage` has another shape; inside a worker it takes the buffers to give away.
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

const receive = serve(
  { post: (message, transfer) => scope.postMessage(message, transfer) },
  openRemote,
  startArchiveRole,
);
scope.addEventListener("message", (event) => receive(event.data as ToWorker));
