/** Two images beside each other. */
import type { Archive } from "../archive/archive.js";
import { FileTree, type TreeHost } from "../archive/file-tree.js";
import type { TreeData } from "../archive/protocol.js";
import { checkCount } from "../checks.js";
import type { JobClient } from "../jobs/client.js";
import { resultOf } from "../jobs/job.js";
import type { WorkOptions } from "../jobs/types.js";
import type { ComparisonData } from "./types.js";
import { inspectWorkers } from "./workers.js";

/** One side of a comparison. */
export interface ComparedSide {
  readonly archive: Archive;
  /** Position in `ArchiveData.images`. */
  readonly image: number;
}

/** What is compared. */
export interface CompareOptions extends WorkOptions {
  /** Whether packages are compared, for which layers of both are read once more; false by default. */
  readonly packages?: boolean;
}

/** What differs between two images, and at which paths. It ends with the archive of the first. */
export class Comparison {
  readonly data: ComparisonData;
  readonly #tree: FileTree;

  /** @internal */
  constructor(data: ComparisonData, tree: FileTree) {
    this.data = data;
    this.#tree = tree;
  }

  /**
   * The paths that differ, those included that only the first image has: `change` and `aspects` of a row tell what became of it
   * from the first to the second. Each call gives the same tree, which ends with the comparison.
   */
  async tree(): Promise<FileTree> {
    return this.#tree;
  }

  /** Gives the memory back. */
  close(): void {
    this.#tree.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Compares two images, of one file or of two: config, history, layers, files and, when asked for, packages. The layers of both
 * should have been scanned.
 *
 * @example
 * using comparison = await compareImages({ archive: before, image: 0 }, { archive: after, image: 0 });
 * console.log(comparison.data.files.added, comparison.data.config);
 * const tree = await comparison.tree();
 */
export async function compareImages(
  before: ComparedSide,
  after: ComparedSide,
  options: CompareOptions = {},
): Promise<Comparison> {
  checkCount("image", before.image);
  checkCount("image", after.image);
  const { packages = false, ...work } = options;
  const { archive } = before;
  const place = await inspectWorkers.placeOf(archive);
  const other = after.archive === archive ? 0 : await inspectWorkers.openIn(place.worker, after.archive);
  const { session } = after.archive;
  const { data, tree } = await resultOf<{ data: ComparisonData; tree: TreeData }>(
    Promise.resolve({ ...place, scanOfOther: (layer: number) => session.scanOf(layer) }),
    { kind: "compare", options: { before: before.image, after: after.image, packages }, other },
    work,
  );
  return new Comparison(data, new FileTree(archive, hostOf(place.worker, archive), tree));
}

/** The worker as one that holds trees. */
function hostOf(worker: JobClient, archive: Archive): TreeHost {
  return {
    call: (params) => worker.request("treeCall", params),
    close: (tree) => worker.request("closeTree", { tree }),
    matching: archive.session.matching,
  };
}
