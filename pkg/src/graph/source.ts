import { asBytes } from "../bytes.js";
import { LayerglassError, toError } from "../error.js";
import type { LayerInput } from "./types.js";

/** The bytes of a layer as the module asks for them: it gives a promise each time, and fails with a reason. */
export interface GuardedSource {
  next(): Promise<Uint8Array | undefined>;
}

function pieces(input: LayerInput): AsyncIterator<unknown> | Iterator<unknown> {
  if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer) return [input].values();
  if (typeof Blob === "function" && input instanceof Blob) return pieces(input.stream());
  const given = Object(input) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  if (typeof given[Symbol.asyncIterator] === "function")
    return (given as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  if (typeof (input as ReadableStream<Uint8Array>)?.getReader === "function")
    return fromStream(input as ReadableStream<Uint8Array>);
  if (typeof input === "object" && typeof given[Symbol.iterator] === "function")
    return (given as Iterable<unknown>)[Symbol.iterator]();
  const message = "a layer is given as bytes, a Blob, a stream or an iterable of bytes";
  throw new LayerglassError({ kind: "invalid", code: "argument", message });
}

/** Not every browser goes through a stream by itself. */
async function* fromStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A layer of the caller's behind a call that behaves, and what ends it early. */
export function guardSource(input: LayerInput): { readonly source: GuardedSource; end(): void } {
  const iterator = pieces(input);
  let done = false;
  const next = async () => {
    try {
      const piece = await iterator.next();
      done = piece.done === true;
      return done ? undefined : asBytes(piece.value);
    } catch (thrown) {
      done = true;
      throw { reason: toError(thrown).message };
    }
  };
  const end = () => {
    // There is nobody left to tell.
    if (!done) Promise.resolve(iterator.return?.()).catch(() => {});
  };
  return { source: { next }, end };
}
