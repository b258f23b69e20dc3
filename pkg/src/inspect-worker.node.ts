/** The module that workers of Node run to look into images: the entry `layerglass/inspect-worker`. */
import { startInspectRole } from "./inspect/role.js";
import { openFileSpool } from "./jobs/worker/spool.node.js";
import { serveHere } from "./worker/here.node.js";

serveHere(startInspectRole(openFileSpool), "layerglass/inspect-worker");
