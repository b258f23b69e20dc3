/** What of an image is of no use, and what takes its space. */
import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { resultOf } from "../jobs/job.js";
import type { WorkOptions } from "../jobs/types.js";
import { asText } from "../text.js";
import type { UsageKey, UsageNode, WasteData } from "./types.js";
import { inspectWorkers } from "./workers.js";

/**
 * The waste of an image: bytes that were overwritten, deleted later, or stored twice, each with the layer that holds them and the
 * one that made them useless. No copy is counted twice.
 *
 * @example
 * const { wasted, contentSize, items } = await waste(archive, 0);
 * console.log(wasted, "of", contentSize);
 * for (const { kind, path, bytes, layer } of items.slice(0, 10)) console.log(kind, path, bytes, layer);
 */
export async function waste(archive: Archive, image: number, options: WorkOptions = {}): Promise<WasteData> {
  checkCount("image", image);
  return resultOf(inspectWorkers.placeOf(archive), { kind: "waste", options: { image } }, options);
}

/** How the use of space is told. */
export interface UsageOptions extends WorkOptions {
  /** What space is divided by. */
  readonly by: UsageKey;
  /** Most nodes that are told apart, up to the limit `usageNodes`, which it is by default. The rest are in nodes without a name. */
  readonly nodes?: number;
}

/**
 * What takes an image's space, as a tree of parts whose bytes add up. Packages are read for it when they have not been.
 *
 * @example
 * const { bytes, children } = await usage(archive, 0, { by: "folder", nodes: 500 });
 * for (const part of children ?? []) console.log(part.name, part.bytes);
 */
export async function usage(archive: Archive, image: number, options: UsageOptions): Promise<UsageNode> {
  checkCount("image", image);
  const { by, nodes, ...work } = options;
  if (nodes !== undefined) checkCount("nodes", nodes);
  const job = {
    kind: "usage",
    options: { image, by: asText("by", by), ...(nodes !== undefined && { nodes }) },
  };
  return resultOf(inspectWorkers.placeOf(archive), job, work);
}
