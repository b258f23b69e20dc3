import type { Subject } from "../model/open.ts";

/** Where the bytes of one part come from. */
type Bytes = Blob | { readonly url: string; readonly size: number };

/** A part that is to be kept. */
export interface PartSource {
  readonly path: string;
  readonly size: number;
  readonly bytes: Bytes;
}

/** Bytes that are copied at once. */
const PIECE = 4 << 20;

/** What was to be kept is not what it was any more. */
export class Changed extends Error {}

/** The parts of something that is open. Nothing where it cannot be read a second time. */
export function partsOf({ input, form }: Subject): PartSource[] | undefined {
  if (form === "file") {
    const bytes = bytesOf(input);
    return bytes && [{ path: "", size: bytes.size, bytes }];
  }
  if (!Array.isArray(input)) return undefined;
  const parts: PartSource[] = [];
  for (const entry of input as readonly (readonly [unknown, unknown])[]) {
    const [path, contents] = entry;
    const bytes = bytesOf(contents);
    if (typeof path !== "string" || !bytes) return undefined;
    parts.push({ path, size: bytes.size, bytes });
  }
  return parts;
}

function bytesOf(input: unknown): Bytes | undefined {
  if (input instanceof Blob) return input;
  if (input instanceof Uint8Array) return new Blob([input as Uint8Array<ArrayBuffer>]);
  if (typeof input !== "object" || input === null) return undefined;
  const { url, size } = input as { url?: unknown; size?: unknown };
  if ((typeof url !== "string" && !(url instanceof URL)) || typeof size !== "number") return undefined;
  return { url: String(url), size };
}

/** The bytes of a part, piece by piece: no more of it is in memory than one of them. */
export async function* pieces(
  { bytes, size, path }: PartSource,
  signal: AbortSignal,
): AsyncGenerator<Blob | Uint8Array<ArrayBuffer>> {
  if (bytes instanceof Blob) {
    for (let at = 0; at < size; at += PIECE) {
      signal.throwIfAborted();
      yield bytes.slice(at, Math.min(size, at + PIECE));
    }
    return;
  }
  const response = await fetch(bytes.url, { signal });
  if (!response.ok || !response.body)
    throw new Changed(
      `the server does not offer ${path || "the file"} (any more): it answered ${response.status}`,
    );
  const reader = response.body.getReader();
  let seen = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen += value.length;
      if (seen > size) break;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (seen !== size) throw new Changed(`${path || "the file"} does not have the size any more that it had`);
}
