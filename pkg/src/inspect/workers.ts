/** The workers that look into images. */
import { JobWorkers } from "../jobs/client.js";

export const inspectWorkers = new JobWorkers("inspect");
