/** The module that workers of Node run to move images: the entry `layerglass/transfer-worker`. */
import { openFileSpool } from "./jobs/worker/spool.node.js";
import { startTransferRole } from "./transfer/role.js";
import { serveHere } from "./worker/here.node.js";

serveHere(startTransferRole(openFileSpool), "layerglass/transfer-worker");
