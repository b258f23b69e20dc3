/** The module that workers of Node run to move images: the entry `layerglass/transfer-worker`. */
import type { TransferListItem } from "node:worker_threads";
import { parentPort } from "node:worker_threads";
import type { ToWorker } from "./archive/protocol.js";
import { startTransferRole } from "./transfer/worker/role.js";
import { openFileSpool } from "./transfer/worker/spool.node.js";
import { openFiles } from "./worker/files.node.js";
import { serve } from "./worker/serve.js";

const port = parentPort;
if (!port) throw new Error("`layerglass/transfer-worker` is for worker threads only");
const receive = serve(
  { post: (message, transfer) => port.postMessage(message, transfer as TransferListItem[]) },
  openFiles,
  startTransferRole(openFileSpool),
);
port.on("message", (message: ToWorker) => receive(message));
