import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { LayerglassError } from "../error.js";
import { asText } from "../text.js";
import type { Change, NodeKind, Size } from "../types.js";
import { workerOf } from "./client.js";
import { RunningJob, streamOf } from "./job.js";
import type { CopiedLayer, StreamOptions, TarReport, TransferStream } from "./types.js";

/** In which form a layer is copied out. */
export interface ExtractLayerOptions extends StreamOptions {
  /** What it is compressed with anew, or `none` for the plain tar; by default its bytes stay as they are stored. */
  readonly compression?: "none" | "gzip" | "zstd";
  /** How hard the compression tries; by default as usual. */
  readonly level?: number;
}

/**
 * A layer of an archive, as it is stored or in another form. It is checked against the digests that are declared of it: the
 * stream fails at its end when it is another.
 *
 * @example
 * const { stream, report } = extractLayer(archive, 0, { compression: "none" });
 * await saveStream(stream, "layer.tar");
 * console.log((await report).diffId);
 */
export function extractLayer(
  archive: Archive,
  layer: number,
  options: ExtractLayerOptions = {},
): TransferStream<CopiedLayer> {
  checkCount("layer", layer);
  const { compression, level, signal } = options;
  const job = {
    kind: "layer",
    options: {
      layer,
      ...(compression !== undefined && { compression }),
      ...(level !== undefined && { level }),
    },
  };
  return streamOf(async () => RunningJob.begin({ worker: await workerOf(archive) }, job, signal), options);
}

/** Which part of an image is wanted as a tar. */
export interface ExtractTarOptions extends StreamOptions {
  /** Position in the image's layers of the lowest one that counts; 0 by default. From another one on, what layers below it lose is written as deletion marks. */
  readonly from?: number;
  /** Position of the uppermost one; by default the last. */
  readonly to?: number;
  /** Only this folder; links in its path are followed within the image. */
  readonly path?: string;
  /** Whether names are relative to that folder. */
  readonly strip?: boolean;
  /** What the tar is compressed with; `none` by default. */
  readonly compression?: "none" | "gzip" | "zstd";
  /** How hard the compression tries; by default as usual. */
  readonly level?: number;
}

/**
 * The root file system of an image as a tar, or a folder of it, or what some of its layers make together. Layers that have not
 * been scanned for this are scanned first. The same image and options give the same bytes.
 *
 * @example
 * const { stream } = extractTar(archive, 0, { path: "/etc" });
 * await saveStream(stream, "etc.tar");
 */
export function extractTar(
  archive: Archive,
  image: number,
  options: ExtractTarOptions = {},
): TransferStream<TarReport> {
  checkCount("image", image);
  const { from, to, path, strip, compression, level, signal } = options;
  if (from !== undefined) checkCount("from", from);
  if (to !== undefined) checkCount("to", to);
  const job = {
    kind: "tar",
    options: {
      image,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(path !== undefined && { path: asText("path", path) }),
      ...(strip !== undefined && { strip }),
      ...(compression !== undefined && { compression }),
      ...(level !== undefined && { level }),
    },
  };
  return streamOf(async () => RunningJob.begin({ worker: await workerOf(archive) }, job, signal), options);
}

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
  const running = await RunningJob.begin({ worker: await workerOf(archive) }, job, signal);
  for (;;) {
    const piece = await running.next();
    if ("report" in piece) return piece.report as FileVersion[];
  }
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
 * A regular file of an image, in any of its versions. Once its layer has been scanned for this, or by `Archive.scan` after
 * anything else of this module was used, it is read from the last checkpoint before it and not from the layer's start.
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
  const running = await RunningJob.begin({ worker: await workerOf(archive) }, job, signal);
  const first = await running.next();
  if (!("event" in first)) throw new Error("the worker told nothing of the file");
  const { size, layer } = first.event as { size: Size; layer: number };
  const { stream } = streamOf<null>(async () => running, options);
  return { size, layer, stream, blob: () => new Response(stream).blob() };
}
