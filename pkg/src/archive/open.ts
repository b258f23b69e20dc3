/** Opening an archive on any platform. */
import { LayerglassError, throwIfAborted } from "../error.js";
import { Archive } from "./archive.js";
import { describeInput } from "./input.js";
import type { ArchiveInput, OpenOptions, Progress } from "./options.js";
import type { Platform } from "./platform.js";
import { Session } from "./session.js";
import { throttled } from "./throttle.js";

/** Files of a folder that are listed unless the caller raises the limit. */
const ARCHIVE_ENTRIES = 1_000_000;

/** Most workers that are started unless the caller asks for more. */
const DEFAULT_WORKERS = 4;

/** Most workers that can be asked for. */
const MOST_WORKERS = 64;

export async function openOn(
  platform: Platform,
  input: ArchiveInput,
  options: OpenOptions,
): Promise<Archive> {
  const { signal, limits, contents = "xxh3" } = options;
  throwIfAborted(signal);
  const workers = countWorkers(options.workers, platform);
  const described = await describeInput(input, platform, limits?.archiveEntries ?? ARCHIVE_ENTRIES, signal);
  const session = new Session(platform, { limits, contents, workers, createWorker: options.createWorker });
  const tell = throttled<Progress>(options.onProgress);
  try {
    const data = await session.open(described, {
      signal,
      onBytes: (bytes, total) => tell({ phase: "open", bytes, total }),
    });
    return new Archive(session, data, options.name ?? described.name);
  } catch (error) {
    // The worker goes with all that it held.
    session.close(
      error instanceof LayerglassError
        ? error
        : new LayerglassError({ kind: "aborted", code: "closed", message: "the archive was not opened" }),
    );
    throwIfAborted(signal);
    throw error;
  }
}

function countWorkers(asked: number | undefined, platform: Platform): number {
  if (asked === undefined) return Math.max(1, Math.min(DEFAULT_WORKERS, platform.processors()));
  if (Number.isInteger(asked) && asked >= 1 && asked <= MOST_WORKERS) return asked;
  const message = `\`workers\` is a whole number from 1 to ${MOST_WORKERS}`;
  throw new LayerglassError({ kind: "invalid", code: "workers", message, found: String(asked) });
}
