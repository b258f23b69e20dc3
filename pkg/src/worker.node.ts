/** The module that workers of Node run: the entry `layerglass/worker`. */

import type { TransferListItem } from "node:worker_threads";
import { parentPort } from "node:worker_threads";
import type { ToWorker } from "./archive/protocol.js";
import { openFiles } from "./worker/files.node.js";
import { startArchiveRole } from "./worker/roles.js";
import { serve } from "./worker/serve.js";

const port = parentPort;
if (!port) throw new Error("`layerglass/worker` is for worker threads only");
const receive = serve(
  { post: (message, transfer) => port.postMessage(message, transfer as TransferListItem[]) },
  openFiles,
  startArchiveRole,
);
port.on("message", (message: ToWorker) => receive(message));
