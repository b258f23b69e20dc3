/** The module that workers of browsers run to move images: the entry `layerglass/transfer-worker`. */
import { openOpfsSpool } from "./jobs/worker/spool.js";
import { startTransferRole } from "./transfer/role.js";
import { serveHere } from "./worker/here.js";

serveHere(startTransferRole(openOpfsSpool));
