/** Whether a file's bytes are what it declares. */
import type { Archive } from "../archive/archive.js";
import { resultOf } from "../jobs/job.js";
import type { WorkOptions } from "../jobs/types.js";
import type { VerificationData } from "./types.js";
import { inspectWorkers } from "./workers.js";

/**
 * Everything that a file declares of its bytes, beside what they come to. What its layers come to is known of those that were
 * scanned; of others it is pending, and nothing is read for it.
 *
 * @example
 * const { items } = await verification(archive);
 * for (const { path, state, declared, computed } of items) console.log(path, state, declared, computed);
 */
export async function verification(archive: Archive, options: WorkOptions = {}): Promise<VerificationData> {
  return resultOf(inspectWorkers.placeOf(archive), { kind: "verification", options: {} }, options);
}
