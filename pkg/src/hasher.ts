import type { DigestAlgorithm } from "./algorithms.js";
import type { HasherHandle } from "./bindings.js";
import { asBytes } from "./bytes.js";
import { computedDigest, type Digest } from "./digest.js";
import { call } from "./engine.js";
import { LayerglassError } from "./error.js";
import { platformHasher } from "./platform-hasher.js";
import { asText } from "./text.js";

/** How a hasher works. */
export interface HasherOptions {
  /**
   * Can it be saved? Such a hasher works in wasm; others use the runtime's own hash function where that is faster, as in
   * Node. The digests are the same. BLAKE3 cannot be saved.
   */
  readonly resumable?: boolean;
}

/** Bytes that go into wasm at once, so that its memory does not grow with a chunk. */
const PIECE = 1 << 22;

/**
 * A digest computed piece by piece. It holds wasm memory until `digest()`, `free()` or the end of a `using` block.
 *
 * @example
 * using hasher = new Hasher();
 * for await (const chunk of stream) hasher.update(chunk);
 * console.log(hasher.digest().toString());
 */
export class Hasher {
  /** Its algorithm. */
  readonly algorithm: DigestAlgorithm;
  readonly #resumable: boolean;
  #handle: HasherHandle | undefined;

  constructor(algorithm: DigestAlgorithm = "sha256", options: HasherOptions = {}) {
    this.#resumable = options.resumable === true;
    const platform = this.#resumable ? undefined : platformHasher(algorithm);
    this.#handle = platform ?? call((wasm) => new wasm.Hasher(asText("algorithm", algorithm)));
    this.algorithm = algorithm;
  }

  /**
   * A hasher that goes on from what `save` gave. Anything else is an `invalid` error.
   *
   * @example
   * const hasher = Hasher.resume(await storage.get("state"));
   */
  static resume(state: Uint8Array): Hasher {
    const handle = call((wasm) => wasm.Hasher.resume(asBytes(state)));
    const hasher = new Hasher(handle.algorithm() as DigestAlgorithm, { resumable: true });
    hasher.free();
    hasher.#handle = handle;
    return hasher;
  }

  /** Takes in more bytes: a view of bytes or an `ArrayBuffer`. Text is refused, because its encoding is not known. */
  update(bytes: Uint8Array | ArrayBuffer): this {
    const handle = this.#live();
    const given = asBytes(bytes);
    call(() => {
      for (let at = 0; at < given.length; at += PIECE) handle.update(given.subarray(at, at + PIECE));
    });
    return this;
  }

  /**
   * What it has taken in so far, to go on from later: after a restart, or in another runtime with the same version of
   * this package. It tells the last bytes that were taken in. An `unsupported` error unless the hasher is `resumable`.
   *
   * @example
   * const hasher = new Hasher("sha256", { resumable: true }).update(first);
   * const digest = Hasher.resume(hasher.save()).update(second).digest();
   */
  save(): Uint8Array {
    const handle = this.#live();
    const state = this.#resumable ? call(() => handle.save()) : undefined;
    if (state !== undefined) return state;
    throw new LayerglassError({
      kind: "unsupported",
      code: "hasher-not-resumable",
      message: this.#resumable
        ? "the state of this algorithm cannot be saved"
        : "only a hasher that was made with `resumable: true` can be saved",
    });
  }

  /** The digest of everything taken in so far; the hasher goes on. */
  current(): Digest {
    const handle = this.#live();
    return computedDigest(call(() => handle.current()));
  }

  /** The digest of everything taken in. Ends the hasher. */
  digest(): Digest {
    const handle = this.#live();
    try {
      return computedDigest(call(() => handle.finish()));
    } finally {
      this.free();
    }
  }

  /** Gives the memory back; further use throws `aborted`. */
  free(): void {
    this.#handle?.free();
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #live(): HasherHandle {
    if (this.#handle) return this.#handle;
    throw new LayerglassError({
      kind: "aborted",
      code: "freed",
      message: "the hasher was freed or has given its digest",
    });
  }
}
