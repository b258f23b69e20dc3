/** The module that workers of browsers run to move images: the entry `layerglass/transfer-worker`. */
import type { ToWorker } from "./archive/protocol.js";
import { startTransferRole } from "./transfer/worker/role.js";
import { openOpfsSpool } from "./transfer/worker/spool.js";
import { openRemote } from "./worker/remote.js";
import { serve } from "./worker/serve.js";

// The page's own `postMessage` has another shape; inside a worker it takes the buffers to give away.
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

const receive = serve(
  { post: (message, transfer) => scope.postMessage(message, transfer) },
  openRemote,
  startTransferRole(openOpfsSpool),
);
scope.addEventListener("message", (event) => receive(event.data as ToWorker));
