import type { Archive, Size } from "../../archive.js";
import { contents, type FileVersion } from "./contents.js";

/** The beginning of something, and how much there is of it in all. */
export interface SomeBytes {
  readonly bytes: Uint8Array;
  readonly size: Size;
}

/** Bytes that can be looked at: a file of an image in one of its versions, or anything else. */
export interface ByteSource {
  /** Its path or name; it tells the language of a text. */
  readonly path: string;
  /** Which one it is, in words: `as layer 2 left it`. */
  readonly label: string;
  /** Reads the first `most` bytes; the rest stays where it is. Tells how many have come while more are read. */
  read(most: number, signal?: AbortSignal, onProgress?: (bytes: number) => void): Promise<SomeBytes>;
}

/** Which version of a file is meant. */
export interface WantedFile {
  readonly image: number;
  readonly path: string;
  /** One of the versions that the layers hold; by default what all layers leave. */
  readonly version?: FileVersion;
  /** Instead of a version: what stands when this layer and all below it are applied. */
  readonly layer?: number;
}

/**
 * A file of an image, read from the archive when it is asked for.
 *
 * @example
 * const { bytes, size } = await fileBytes(archive, { image: 0, path: "etc/passwd" }).read(1000);
 */
export function fileBytes(
  archive: Archive,
  { image, path, version, layer }: WantedFile,
  label: string = labelOf(version, layer),
): ByteSource {
  return {
    path,
    label,
    async read(most, signal, onProgress) {
      const { extractFile, fileVersions } = await contents();
      const options = signal ? { signal } : {};
      const wanted =
        version ??
        (layer === undefined ? undefined : leftBy(await fileVersions(archive, image, path, options), layer));
      const file = await extractFile(archive, image, path, {
        ...options,
        ...(wanted && { version: wanted }),
      });
      return { bytes: await head(file.stream, most, onProgress), size: file.size };
    },
  };
}

function labelOf(version: FileVersion | undefined, layer: number | undefined): string {
  if (version) return `as layer ${version.layer + 1} wrote it`;
  return layer === undefined ? "as all layers leave it" : `as layer ${layer + 1} leaves it`;
}

/** Bytes that are at hand already. */
export function givenBytes(path: string, label: string, bytes: Uint8Array): ByteSource {
  return { path, label, read: async (most) => ({ bytes: bytes.subarray(0, most), size: bytes.length }) };
}

/** The version of a file that stands when a layer and all below it are applied. */
export function leftBy(versions: readonly FileVersion[], layer: number): FileVersion | undefined {
  return versions.findLast((version) => version.layer <= layer && !version.overwritten && version.source);
}

/** The first bytes of a stream, which is let go of then. */
async function head(
  stream: ReadableStream<Uint8Array>,
  most: number,
  onProgress?: (bytes: number) => void,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  try {
    while (length < most) {
      const { done, value } = await reader.read();
      if (done) break;
      const piece = value.subarray(0, most - length);
      pieces.push(piece);
      length += piece.length;
      onProgress?.(length);
    }
  } finally {
    // Ends the work in the worker; of a stream that has ended this is nothing.
    await reader.cancel().catch(() => {});
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
