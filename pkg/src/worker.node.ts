/** The module that workers of Node run: the entry `layerglass/worker`. */
import { serveHere } from "./worker/here.node.js";
import { startArchiveRole } from "./worker/roles.js";

serveHere(startArchiveRole, "layerglass/worker");
