/** What is known of a stored layer, as a document beside its bytes. */
import type { StoredLayer } from "../layer-types.js";
import type { Compression } from "../types.js";

const DIGEST = /^[a-z0-9]+:[0-9a-f]{64,128}$/;
const COMPRESSIONS: readonly Compression[] = ["none", "gzip", "zstd", "bzip2", "xz"];

const isDigest = (value: unknown): value is string => typeof value === "string" && DIGEST.test(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The document: always the same for the same layer. */
export function printFacts(layer: StoredLayer): Uint8Array {
  const { chainId, diffId, parent, digest, size, tarSize, compression, mediaType } = layer;
  const facts = { chainId, diffId, parent, digest, size, tarSize, compression, mediaType };
  return new TextEncoder().encode(`${JSON.stringify(facts)}\n`);
}

/** The layer that a document is about; nothing when it is no such document. */
export function parseFacts(bytes: Uint8Array): StoredLayer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const { chainId, diffId, parent, digest, size, tarSize, compression, mediaType } = Object(
    value,
  ) as Partial<StoredLayer>;
  if (!isDigest(chainId) || !isDigest(diffId) || !isDigest(digest) || !isSize(size) || !isSize(tarSize))
    return undefined;
  if (parent !== undefined && (!isDigest(parent) || parent === chainId)) return undefined;
  if (mediaType !== undefined && typeof mediaType !== "string") return undefined;
  const known = COMPRESSIONS.find((name) => name === compression);
  if (!known) return undefined;
  return {
    chainId,
    diffId,
    ...(parent !== undefined && { parent }),
    digest,
    size,
    tarSize,
    compression: known,
    ...(mediaType !== undefined && { mediaType }),
  };
}
