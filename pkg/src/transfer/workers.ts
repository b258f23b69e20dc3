/** The workers that move images. */
import { JobWorkers } from "../jobs/client.js";

export const transferWorkers = new JobWorkers("transfer");
