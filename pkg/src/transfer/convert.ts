import type { Archive } from "../archive/archive.js";
import { RunningJob, streamOf } from "../jobs/job.js";
import { toText } from "../platform.js";
import type { PlatformData } from "../types.js";
import type { StreamOptions, TransferStream, WriteReport, WriteSettings } from "./types.js";
import { transferWorkers } from "./workers.js";

/** How an archive is converted. */
export interface ConvertOptions extends WriteSettings, StreamOptions {
  /** Positions in `ArchiveData.images`, names or ids; by default all images. A name brings the image under that name alone. */
  readonly images?: readonly (number | string)[];
  /** What the images run on; by default anything. Images of which that is not known are always meant. */
  readonly platforms?: readonly PlatformData[];
}

/**
 * An archive of any dialect as a tar of another one, made in one pass as it is read. Manifests and digests stay where layers do;
 * each layer is checked against its diff id and its digest. The same archive and options give the same bytes.
 *
 * @example
 * import { openArchive } from "layerglass/archive";
 * import { convert, saveStream } from "layerglass/transfer";
 * using archive = await openArchive(file);
 * const { stream, report } = convert(archive, { format: "oci", compression: "zstd" });
 * await saveStream(stream, "image.oci.tar");
 * for (const { id, manifest } of (await report).images) console.log(id, manifest);
 */
export function convert(archive: Archive, options: ConvertOptions): TransferStream<WriteReport> {
  const { images, platforms, signal } = options;
  const job = {
    kind: "convert",
    options: {
      ...settings(options),
      ...(images && { images: [...images] }),
      ...(platforms && { platforms: platforms.map((platform) => toText("platforms", platform)) }),
    },
  };
  return streamOf(async () => RunningJob.begin(await transferWorkers.placeOf(archive), job, signal), options);
}

/** What is said of the form in which images are written. */
export function settings({ format, compression, level, manifests }: WriteSettings): WriteSettings {
  return {
    format,
    ...(compression !== undefined && { compression }),
    ...(level !== undefined && { level }),
    ...(manifests !== undefined && { manifests }),
  };
}
