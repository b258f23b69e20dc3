/** Opening an archive on any platform. */
import { checkContents } from "../checks.js";
import { abortedError, LayerglassError, throwIfAborted, toError } from "../error.js";
import type { Limits, OpenLimits } from "../limits.js";
import { Archive } from "./archive.js";
import { describeInput } from "./input.js";
import type { ArchiveInput, OpenOptions, Progress } from "./options.js";
import type { Platform } from "./platform.js";
import { Session } from "./session.js";
import { throttled } from "./throttle.js";

/** Files of a folder that are listed unless the caller raises the limit. */
const ARCHIVE_ENTRIES = 1_000_000;

/** How long a regular expression may take over the paths of a tree, unless the caller says otherwise. */
const FILTER_MILLISECONDS = 5_000;

/** Longer timers end at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Most workers that are started unless the caller asks for more. */
const DEFAULT_WORKERS = 4;

/** Most workers that can be asked for. */
const MOST_WORKERS = 64;

export async function openOn(
  platform: Platform,
  input: ArchiveInput,
  options: OpenOptions,
): Promise<Archive> {
  const { signal, contents = "xxh3", createWorker } = options;
  let session: Session | undefined;
  try {
    throwIfAborted(signal);
    checkContents(contents);
    const workers = countWorkers(options.workers, platform);
    const { limits, filterMilliseconds } = splitLimits(options.limits);
    const most = limits?.archiveEntries ?? ARCHIVE_ENTRIES;
    const described = await describeInput(input, platform, most, signal);
    session = new Session(platform, { limits, contents, workers, filterMilliseconds, createWorker });
    const tell = throttled<Progress>(options.onProgress);
    const onBytes = (bytes: number, total: number | undefined) => tell({ phase: "open", bytes, total });
    const data = await session.open(described, { signal, onBytes });
    return new Archive(session, data, options.name ?? described.name);
  } catch (thrown) {
    const error = signal?.aborted ? abortedError(signal.reason) : toError(thrown);
    // The worker goes with all that it held.
    session?.close(error);
    throw error;
  }
}

/** The limits of what is read, which the module takes, and the one of the trees. */
function splitLimits(given: OpenLimits | undefined): { limits?: Limits; filterMilliseconds: number } {
  if (given === undefined || given === null) return { filterMilliseconds: FILTER_MILLISECONDS };
  const { filterMilliseconds = FILTER_MILLISECONDS, ...limits } = given;
  if (Number.isInteger(filterMilliseconds) && filterMilliseconds >= 1 && filterMilliseconds <= LONGEST_TIMER)
    return { limits, filterMilliseconds };
  const message = `\`filterMilliseconds\` is a whole number from 1 to ${LONGEST_TIMER}`;
  throw new LayerglassError({
    kind: "invalid",
    code: "argument",
    message,
    found: String(filterMilliseconds),
  });
}

function countWorkers(asked: number | undefined, platform: Platform): number {
  if (asked === undefined) return Math.max(1, Math.min(DEFAULT_WORKERS, platform.processors()));
  if (Number.isInteger(asked) && asked >= 1 && asked <= MOST_WORKERS) return asked;
  const message = `\`workers\` is a whole number from 1 to ${MOST_WORKERS}`;
  throw new LayerglassError({ kind: "invalid", code: "workers", message, found: String(asked) });
}
