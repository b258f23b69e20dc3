/** The module that workers of browsers run: the entry `layerglass/worker`. */
import { serveHere } from "./worker/here.js";
import { startArchiveRole } from "./worker/roles.js";

serveHere(startArchiveRole);
