/** What about an image should worry whoever ships it. */
import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { resultOf } from "../jobs/job.js";
import type { WorkOptions } from "../jobs/types.js";
import type { IssuesData } from "./types.js";
import { inspectWorkers } from "./workers.js";

/** From where on something is an issue. */
export interface IssuesOptions extends WorkOptions {
  /** The present, by which certificates are judged; by default that of this machine's clock. */
  readonly now?: Date;
  /** Days before its end at which a certificate is about to expire; 30. */
  readonly expiryDays?: number;
  /** Bytes from which on a package manager's cache is told; 64 KiB. */
  readonly cacheBytes?: number;
  /** Bytes from which on a folder `.git` is told; 1 MiB. */
  readonly gitBytes?: number;
}

/**
 * The issues of an image: who it runs as, secrets in it and in what a later layer deleted, open doors, and what was left behind.
 * Each says why, where, and which command did it. The layers are read once more; nothing is asked of a network.
 *
 * @example
 * const { issues: found } = await issues(archive, 0);
 * for (const { rule, why, path, command } of found) console.log(rule, why, path, command);
 */
export async function issues(
  archive: Archive,
  image: number,
  options: IssuesOptions = {},
): Promise<IssuesData> {
  checkCount("image", image);
  const { now = new Date(), expiryDays, cacheBytes, gitBytes, ...work } = options;
  const job = {
    kind: "issues",
    options: {
      image,
      now: Math.max(0, Math.floor(now.getTime() / 1000)),
      ...(expiryDays !== undefined && { expiryDays }),
      ...(cacheBytes !== undefined && { cacheBytes }),
      ...(gitBytes !== undefined && { gitBytes }),
    },
  };
  return resultOf(inspectWorkers.placeOf(archive), job, work);
}
