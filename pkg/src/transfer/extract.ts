import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { RunningJob, streamOf } from "../jobs/job.js";
import { asText } from "../text.js";
import type { CopiedLayer, StreamOptions, TarReport, TransferStream } from "./types.js";
import { transferWorkers } from "./workers.js";

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
  return streamOf(async () => RunningJob.begin(await transferWorkers.placeOf(archive), job, signal), options);
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
  return streamOf(async () => RunningJob.begin(await transferWorkers.placeOf(archive), job, signal), options);
}
