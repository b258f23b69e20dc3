/** The module that workers of browsers run to look into images: the entry `layerglass/inspect-worker`. */
import { startInspectRole } from "./inspect/role.js";
import { openOpfsSpool } from "./jobs/worker/spool.js";
import { serveHere } from "./worker/here.js";

serveHere(startInspectRole(openOpfsSpool));
