/** Serving the thread that started this worker of Node. */
import type { TransferListItem } from "node:worker_threads";
import { parentPort } from "node:worker_threads";
import type { ToWorker } from "../archive/protocol.js";
import { openFiles } from "./files.node.js";
import { type StartRole, serve } from "./serve.js";

/** Answers whoever started this worker, which runs the entry of that name. */
export function serveHere(start: StartRole, entry: string): void {
  const port = parentPort;
  if (!port) throw new Error(`\`${entry}\` is for worker threads only`);
  const receive = serve(
    { post: (message, transfer) => port.postMessage(message, transfer as TransferListItem[]) },
    openFiles,
    start,
  );
  port.on("message", (message: ToWorker) => receive(message));
}
