/** One file of an image, and what became of it layer by layer. */
import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { LayerglassError } from "../error.js";
import { RunningJob, resultOf, streamOf } from "../jobs/job.js";
import type { StreamOptions } from "../jobs/types.js";
import { asText } from "../text.js";
import type { Change, NodeKind, Size } from "../types.js";
import { inspectWorkers } from "./workers.js";

/** What one layer did to a path. */
export interface FileVersion {
  /** Position in the image's layers. */
  readonly layer: number;
  readonly change: Change;
  /** The layer itself wrote something else there later: no container ever saw this. */
  readonly overwritten: boolean;
  /** What there was then; absent when it was removed. */
  readonly kind?: NodeKind;
  /** Bytes of the contents. */
  readonly size: Size;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970 of its last change. */
  readonly mtime: number;
  /** SHA-256 of the contents in hex, where the scan computed it. */
  readonly sha256?: string;
  /** Where the contents of a regular file are: the position in the image's layers, and the entry of that layer's tar. */
  readonly source?: { readonly layer: number; readonly entry: number };
}

/**
 * What the layers of an image did to a path, the lowest first: the versions of a file, those included that upper layers replaced
 * or removed.
 *
 * @example
 * for (const { layer, change, size } of await fileVersions(archive, 0, "etc/shadow")) console.log(layer, change, size);
 */
export async function fileVersions(
  archive: Archive,
  image: number,
  path: string,
  { signal }: Pick<StreamOptions, "signal"> = {},
): Promise<FileVersion[]> {
  checkCount("image", image);
  const job = { kind: "versions", options: { image, path: asText("path", path) } };
  return resultOf(inspectWorkers.placeOf(archive), job, { signal });
}

/** Which version of a file is wanted. */
export interface ExtractFileOptions extends StreamOptions {
  /** One of `fileVersions`; by default what all layers leave. */
  readonly version?: Pick<FileVersion, "layer" | "source">;
}

/** A file of an image. */
export interface ExtractedFile {
  /** Bytes of the contents. */
  readonly size: Size;
  /** Position in `ArchiveData.layers` of the layer that holds them. */
  readonly layer: number;
  /** The contents, checked at their end against what the scan found. Read them, or cancel this. */
  readonly stream: ReadableStream<Uint8Array>;
  /** All of them at once: the stream is read to its end. */
  blob(): Promise<Blob>;
}

/**
 * A regular file of an image, in any of its versions. Once its layer has been scanned, by `Archive.scan` or for
 * this, it is read from the last place before it that the scan kept, and not from the layer's start.
 *
 * @example
 * const { size, blob } = await extractFile(archive, 0, "etc/os-release");
 * console.log(size, await (await blob()).text());
 * const [first] = await fileVersions(archive, 0, "etc/motd");
 * const { stream } = await extractFile(archive, 0, "etc/motd", { version: first });
 */
export async function extractFile(
  archive: Archive,
  image: number,
  path: string,
  options: ExtractFileOptions = {},
): Promise<ExtractedFile> {
  checkCount("image", image);
  const { version, signal } = options;
  if (version && !version.source) {
    const message = "that version holds no contents: it is no regular file, or a deletion";
    throw new LayerglassError({ kind: "invalid", code: "argument", message });
  }
  const job = {
    kind: "file",
    options: {
      image,
      path: asText("path", path),
      ...(version?.source && { layer: version.layer, entry: version.source.entry }),
    },
  };
  const running = await RunningJob.begin(await inspectWorkers.placeOf(archive), job, signal);
  const first = await running.next();
  if (!("event" in first)) throw new Error("the worker told nothing of the file");
  const { size, layer } = first.event as { size: Size; layer: number };
  const { stream } = streamOf<null>(async () => running, options);
  return { size, layer, stream, blob: () => new Response(stream).blob() };
}
