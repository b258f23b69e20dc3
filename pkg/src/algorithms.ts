import { LayerglassError } from "./error.js";

/** The hash functions that a digest may name. */
export type DigestAlgorithm = "sha256" | "sha384" | "sha512" | "blake3";

/** Which algorithms are accepted. */
export interface AlgorithmOptions {
  /**
   * The algorithms that a digest may have: the SHA-2 family unless something else is said. BLAKE3 is accepted only where
   * it is asked for.
   */
  readonly algorithms?: readonly DigestAlgorithm[];
}

const BITS: ReadonlyMap<unknown, number> = new Map([
  ["sha256", 1],
  ["sha384", 2],
  ["sha512", 4],
  ["blake3", 8],
]);

/** The SHA-2 family. */
export const DEFAULT_ALGORITHMS = 7;
/** Every algorithm. */
export const ALL_ALGORITHMS = 15;

/** Algorithms as they cross into the wasm module. */
export function algorithmBits(algorithms: readonly DigestAlgorithm[] | undefined): number {
  if (algorithms === undefined) return DEFAULT_ALGORITHMS;
  if (!Array.isArray(algorithms))
    throw new LayerglassError({ kind: "invalid", code: "argument", message: "`algorithms` is a list" });
  return algorithms.reduce<number>((bits, name) => bits | bit(name), 0);
}

function bit(name: unknown): number {
  const bit = BITS.get(name);
  if (bit !== undefined) return bit;
  const message = "there is no such algorithm";
  throw new LayerglassError({
    kind: "unsupported",
    code: "digest-unsupported",
    message,
    found: String(name),
  });
}
