import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { RunningJob, streamOf } from "../jobs/job.js";
import type { Size } from "../types.js";
import { settings } from "./convert.js";
import type { StreamOptions, TarReport, TransferStream, WriteSettings } from "./types.js";
import { transferWorkers } from "./workers.js";

/** What an image is made anew with. */
export interface RepackOptions extends WriteSettings, StreamOptions {
  /** Layers that become one: all of them, or those of each range, as positions of its first and its last one. */
  readonly squash?: "all" | readonly (readonly [first: number, last: number])[];
  /**
   * What is left out of all layers, with everything below it. A pattern without a slash fits names in any folder (`*.pyc`), one
   * with a slash a path from the root (`/tmp/*`); the component `**` stands for any number of components.
   */
  readonly drop?: readonly string[];
  /** No time of a file, of the config or of the history is later than this, as `SOURCE_DATE_EPOCH` asks for. */
  readonly notAfter?: Date;
  /** All of these times are this one. */
  readonly time?: Date;
  /** To whom all files belong. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Whether layers go of which nothing is left, and those that held nothing before. */
  readonly dropEmpty?: boolean;
  /** Names of the new image; by default those of the old one. */
  readonly names?: readonly string[];
}

/** What became of some layers. */
export interface RepackedLayer {
  /** Position of the first of the old layers, and of the one after the last. */
  readonly start: number;
  readonly end: number;
  /** Their diff ids. */
  readonly replaced: readonly string[];
  /** Diff id of the layer that is there now; absent when none is. */
  readonly diffId?: string;
  /** It is the old layer, byte by byte as a tar. */
  readonly kept: boolean;
  /** Bytes of the tars, and of what stores them, before and now. */
  readonly tarBefore: Size;
  readonly tarAfter: Size;
  readonly storedBefore: Size;
  readonly storedAfter: Size;
  /** What was written, and what was left out. */
  readonly squash?: TarReport;
}

/** What became of an image that was made anew, and what that saved. */
export interface RepackReport {
  readonly idBefore: string;
  readonly id: string;
  readonly layers: readonly RepackedLayer[];
  /** Bytes of all tars, and of what stores them, before and now. */
  readonly tarBefore: Size;
  readonly tarAfter: Size;
  readonly storedBefore: Size;
  readonly storedAfter: Size;
  /** Paths that patterns left out, of all layers. */
  readonly dropped: Size;
  /** The manifest and annotations of the old image are gone: they were about other layers. */
  readonly manifestReplaced: boolean;
}

/**
 * An image made anew, as a tar: layers made one, files left out, times and owners made alike. Layers that would not change stay
 * byte by byte; config, history and ids are right for the new ones. The same image and options give the same bytes.
 *
 * @example
 * const { stream, report } = repack(archive, 0, { format: "oci", squash: "all", drop: ["*.pyc"], notAfter: new Date(0) });
 * await saveStream(stream, "small.tar");
 * const { storedBefore, storedAfter } = await report;
 */
export function repack(
  archive: Archive,
  image: number,
  options: RepackOptions,
): TransferStream<RepackReport> {
  checkCount("image", image);
  const { squash, drop, notAfter, time, owner, dropEmpty, names, signal } = options;
  const seconds = (date: Date) => Math.floor(Number(date) / 1000);
  const job = {
    kind: "repack",
    options: {
      image,
      ...settings(options),
      ...(squash !== undefined && {
        squash: typeof squash === "string" ? squash : squash.map((range) => [...range]),
      }),
      ...(drop !== undefined && { drop: [...drop] }),
      ...(notAfter !== undefined && { notAfter: seconds(notAfter) }),
      ...(time !== undefined && { time: seconds(time) }),
      ...(owner !== undefined && { owner: [owner.uid, owner.gid] }),
      ...(dropEmpty !== undefined && { dropEmpty }),
      ...(names !== undefined && { names: [...names] }),
    },
  };
  return streamOf(async () => RunningJob.begin(await transferWorkers.placeOf(archive), job, signal), options);
}
