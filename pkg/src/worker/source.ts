/** Reading bytes by ranges, inside a worker. */

import type { LayerRange, SourceSpec } from "../archive/protocol.js";
import { LayerglassError } from "../error.js";
import type { Limits } from "../types.js";

/** Bytes asked for at a time while a layer is scanned. */
export const CHUNK_BYTES = 1 << 20;

/** A file, or the files of a folder. */
export interface ByteSource {
  /** Names of a folder's files; absent for a single file, which has the number 0. */
  readonly paths?: readonly string[];
  readonly sizes: readonly number[];
  /** Exactly these bytes. */
  read(file: number, offset: number, length: number): Promise<Uint8Array>;
  /** The same in order, piece by piece. A piece is valid until the next one is asked for. */
  chunks(file: number, offset: number, length: number): AsyncIterable<Uint8Array>;
  /** A description of these bytes that another worker can read them by. */
  range(file: number, offset: number, length: number): LayerRange;
  close(): Promise<void>;
}

/** Asks the caller's thread for bytes. */
export type AskCaller = (file: number, offset: number, length: number, reader: number) => Promise<Uint8Array>;

/** Opens what a worker was told to read. */
export type OpenSource = (
  spec: SourceSpec,
  limits: Limits | undefined,
  askCaller: AskCaller,
) => Promise<ByteSource>;

/** The error of a file that is shorter than it was when it was opened. */
export function endedEarly(offset: number, path?: string): LayerglassError {
  return new LayerglassError({
    kind: "io",
    code: "source-changed",
    message: "the file ended early: it has been changed",
    offset,
    path,
  });
}

/** The error of a source that this runtime cannot read. */
export function unsupportedSource(type: string): LayerglassError {
  return new LayerglassError({
    kind: "unsupported",
    code: "input",
    message: `this runtime cannot read a source of the type "${type}"`,
  });
}

/** Sources that every runtime has: Blobs, which the worker or the caller's thread reads. */
export async function openBlobs(
  spec: SourceSpec,
  _: Limits | undefined,
  askCaller: AskCaller,
): Promise<ByteSource> {
  if (spec.type === "blob") return new BlobSource([spec.blob]);
  if (spec.type === "blobs") return new BlobSource(spec.blobs, spec.paths);
  if (spec.type === "caller") return new CallerSource(spec, askCaller);
  throw unsupportedSource(spec.type);
}

/** Reads a range piece by piece, the next piece while the last one is worked on. */
export async function* readAhead(
  read: (offset: number, length: number) => Promise<Uint8Array>,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  const end = offset + length;
  const ask = (at: number) => (at < end ? read(at, Math.min(CHUNK_BYTES, end - at)) : undefined);
  let pending = ask(offset);
  try {
    for (let at = offset; pending; ) {
      const bytes: Uint8Array = await pending;
      at += bytes.length;
      pending = ask(at);
      yield bytes;
    }
  } finally {
    // What is read from must not be closed under a read.
    await pending?.catch(() => {});
  }
}

class BlobSource implements ByteSource {
  readonly paths?: readonly string[];
  readonly sizes: readonly number[];
  readonly #blobs: readonly Blob[];

  constructor(blobs: readonly Blob[], paths?: readonly string[]) {
    this.#blobs = blobs;
    this.paths = paths;
    this.sizes = blobs.map((blob) => blob.size);
  }

  async read(file: number, offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(await this.#slice(file, offset, length).arrayBuffer());
    if (bytes.length < length) throw endedEarly(offset + bytes.length, this.paths?.[file]);
    return bytes;
  }

  async *chunks(file: number, offset: number, length: number): AsyncGenerator<Uint8Array> {
    const reader = this.#slice(file, offset, length).stream().getReader();
    let done = 0;
    try {
      for (;;) {
        const { value } = await reader.read();
        if (!value) break;
        done += value.length;
        // A Blob made of large parts gives them whole, and each piece is copied into wasm memory.
        for (let at = 0; at < value.length; at += CHUNK_BYTES) yield value.subarray(at, at + CHUNK_BYTES);
      }
      if (done < length) throw endedEarly(offset + done, this.paths?.[file]);
    } finally {
      // Without a wait: a stream that was left early may never settle.
      reader.cancel().catch(() => {});
    }
  }

  range(file: number, offset: number, length: number): LayerRange {
    return { source: { type: "blob", blob: this.#slice(file, 0, Infinity) }, file: 0, offset, length };
  }

  async close(): Promise<void> {}

  #slice(file: number, offset: number, length: number): Blob {
    const blob = this.#blobs[file];
    if (!blob)
      throw new LayerglassError({
        kind: "not_found",
        code: "file-not-found",
        message: `the folder has no file number ${file}`,
      });
    return blob.slice(offset, Math.min(offset + length, blob.size));
  }
}

class CallerSource implements ByteSource {
  readonly paths?: readonly string[];
  readonly sizes: readonly number[];
  readonly #spec: Extract<SourceSpec, { type: "caller" }>;
  readonly #ask: AskCaller;

  constructor(spec: Extract<SourceSpec, { type: "caller" }>, ask: AskCaller) {
    this.#spec = spec;
    this.#ask = ask;
    this.paths = spec.paths;
    this.sizes = spec.sizes;
  }

  async read(file: number, offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#ask(file, offset, length, this.#spec.reader ?? 0);
    if (bytes.length < length) throw endedEarly(offset + bytes.length, this.paths?.[file]);
    return bytes;
  }

  chunks(file: number, offset: number, length: number): AsyncIterable<Uint8Array> {
    return readAhead((at, size) => this.read(file, at, size), offset, length);
  }

  range(file: number, offset: number, length: number): LayerRange {
    return { source: this.#spec, file, offset, length };
  }

  async close(): Promise<void> {}
}
