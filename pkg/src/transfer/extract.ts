import type { Archive } from "../archive/archive.js";
import { checkCount } from "../checks.js";
import { workerOf } from "./client.js";
import { RunningJob, type StreamOptions, streamOf, type TransferStream } from "./job.js";
import type { CopiedLayer } from "./types.js";

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
