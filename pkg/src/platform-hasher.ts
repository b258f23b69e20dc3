/** The runtime's own hash functions, where it has some that work piece by piece: Node's are several times as fast. */
import type { HasherHandle } from "./bindings.js";

/** As `node:crypto` has it. */
export interface PlatformHash {
  update(bytes: Uint8Array): unknown;
  copy(): PlatformHash;
  digest(encoding: "hex"): string;
}

let create: ((algorithm: string) => PlatformHash) | undefined;

/** Names the runtime's hash functions; they have the names that digests use. */
export function installHash(of: (algorithm: string) => PlatformHash): void {
  create ??= of;
}

/** Bytes that one call takes: less than Node's limit of 2 GiB. */
const PIECE = 1 << 30;

/** A hasher outside of wasm; nothing where the runtime has none for the algorithm. */
export function platformHasher(algorithm: unknown): HasherHandle | undefined {
  if (algorithm !== "sha256" && algorithm !== "sha384" && algorithm !== "sha512") return undefined;
  const hash = create?.(algorithm);
  if (hash === undefined) return undefined;
  const text = (ended: PlatformHash) => `${algorithm}:${ended.digest("hex")}`;
  return {
    algorithm: () => algorithm,
    update: (bytes) => {
      for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE));
    },
    current: () => text(hash.copy()),
    finish: () => text(hash),
    save: () => undefined,
    free: () => {},
  };
}
