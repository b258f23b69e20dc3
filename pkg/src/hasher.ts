import type { HasherHandle } from "./bindings.js";
import { asBytes } from "./bytes.js";
import { Digest, type DigestAlgorithm } from "./digest.js";
import { call } from "./engine.js";
import { LayerglassError } from "./error.js";

/**
 * A digest computed piece by piece. It holds wasm memory until `digest()`, `free()` or the end of a `using` block.
 *
 * @example
 * using hasher = new Hasher();
 * for await (const chunk of stream) hasher.update(chunk);
 * console.log(hasher.digest().toString());
 */
export class Hasher {
  #handle: HasherHandle | undefined;

  constructor(algorithm: DigestAlgorithm = "sha256") {
    this.#handle = call((wasm) => new wasm.Hasher(algorithm));
  }

  /** Takes in more bytes. */
  update(bytes: Uint8Array): this {
    const handle = this.#live();
    call(() => handle.update(asBytes(bytes)));
    return this;
  }

  /** The digest of everything taken in. Ends the hasher. */
  digest(): Digest {
    const handle = this.#live();
    try {
      return Digest.parse(call(() => handle.finish()));
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
