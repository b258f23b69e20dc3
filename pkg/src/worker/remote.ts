/** Reading files of a server by ranges (RFC 9110, section 14), inside a worker. */
import type { LayerRange, SourceSpec } from "../archive/protocol.js";
import { LayerglassError } from "../error.js";
import type { Limits } from "../types.js";
import { type AskCaller, type ByteSource, endedEarly, openBlobs } from "./source.js";

/** Opens files of a server, and blobs. */
export async function openRemote(
  spec: SourceSpec,
  limits: Limits | undefined,
  askCaller: AskCaller,
): Promise<ByteSource> {
  if (spec.type !== "urls") return openBlobs(spec, limits, askCaller);
  return new RemoteSource(spec.urls, spec.sizes, spec.paths);
}

class RemoteSource implements ByteSource {
  readonly paths?: readonly string[];
  readonly sizes: readonly number[];
  readonly #urls: readonly string[];

  constructor(urls: readonly string[], sizes: readonly number[], paths?: readonly string[]) {
    this.#urls = urls;
    this.sizes = sizes;
    this.paths = paths;
  }

  async read(file: number, offset: number, length: number): Promise<Uint8Array> {
    const size = this.sizes[file] ?? 0;
    if (offset + length > size) throw endedEarly(size, this.paths?.[file]);
    const bytes = new Uint8Array(length);
    let done = 0;
    for await (const chunk of this.chunks(file, offset, length)) {
      bytes.set(chunk, done);
      done += chunk.length;
    }
    return bytes;
  }

  async *chunks(file: number, offset: number, length: number): AsyncGenerator<Uint8Array> {
    // A range without bytes cannot be asked for.
    if (length === 0) return;
    const path = this.paths?.[file];
    const stop = new AbortController();
    const body = await this.#fetch(file, offset, length, stop.signal);
    const reader = body.getReader();
    let done = 0;
    try {
      while (done < length) {
        const { value } = await reader.read().catch((reason: unknown) => {
          throw failed(String(reason), path, offset + done);
        });
        if (!value) throw endedEarly(offset + done, path);
        const chunk = value.subarray(0, length - done);
        done += chunk.length;
        yield chunk;
      }
    } finally {
      // Whatever the server still sends is not wanted.
      stop.abort();
    }
  }

  range(file: number, offset: number, length: number): LayerRange {
    const source = { type: "urls", urls: [this.#urls[file] ?? ""], sizes: [this.sizes[file] ?? 0] } as const;
    return { source, file: 0, offset, length };
  }

  async close(): Promise<void> {}

  async #fetch(
    file: number,
    offset: number,
    length: number,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const path = this.paths?.[file];
    const headers = { range: `bytes=${offset}-${offset + length - 1}` };
    const response = await fetch(this.#urls[file] ?? "", { headers, signal }).catch((reason: unknown) => {
      throw failed(String(reason), path, offset);
    });
    // A server may answer with the whole file; that serves only who wants it from its beginning.
    const answered = response.status === 206 || (response.status === 200 && offset === 0);
    if (!answered || !response.body) throw failed(`the server answered ${response.status}`, path, offset);
    return response.body;
  }
}

function failed(reason: string, path: string | undefined, offset: number): LayerglassError {
  const message = `bytes could not be fetched: ${reason}`;
  return new LayerglassError({ kind: "io", code: "fetch", message, offset, path });
}
