/** Starting workers of Node. */
import type { WorkerOptions } from "node:worker_threads";

/** The process's own flags are for its main script and may not fit a worker. */
export const workerOptions = (role: string): WorkerOptions => ({
  name: `layerglass ${role}`,
  execArgv: [],
});
