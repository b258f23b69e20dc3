/** Starting workers of browsers. */
import type { WorkerLike } from "../archive/options.js";
import { LayerglassError } from "../error.js";

/** Runs `make`, where there are workers. The call is the entry's own, so that bundlers see the file and bring it along. */
export function startWorker(make: () => WorkerLike): WorkerLike {
  if (typeof Worker === "function") return make();
  const message = "this runtime has no workers: give `createWorker`";
  throw new LayerglassError({ kind: "unsupported", code: "no-workers", message });
}
