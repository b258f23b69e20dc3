import { Digest } from "./digest.js";
import { LayerglassError } from "./error.js";
import { Hasher } from "./hasher.js";

/**
 * Tells whether what was written to it has the digest that it should have. It holds memory until `digest()`, `free()`,
 * the end of its stream or the end of a `using` block.
 *
 * @example
 * using verifier = new Verifier(descriptor.digest);
 * for await (const chunk of stream) verifier.update(chunk);
 * if (!verifier.verified) throw new Error("the download is damaged");
 */
export class Verifier {
  /** What it should be. */
  readonly expected: Digest;
  readonly #hasher: Hasher;

  constructor(expected: Digest | string) {
    this.expected = expected instanceof Digest ? expected : Digest.from(expected);
    this.#hasher = new Hasher(this.expected.algorithm);
  }

  /** Takes in more bytes. */
  update(bytes: Uint8Array | ArrayBuffer): this {
    this.#hasher.update(bytes);
    return this;
  }

  /** Does everything taken in so far have the digest? */
  get verified(): boolean {
    return this.#hasher.current().equals(this.expected);
  }

  /** The digest of everything taken in, for telling what was found instead. Ends the verifier. */
  digest(): Digest {
    return this.#hasher.digest();
  }

  /**
   * The verifier as a sink for a stream. When the stream ends, bytes that do not have the digest are a `corrupt` error.
   *
   * @example
   * await response.body.pipeTo(new Verifier(descriptor.digest).writable());
   */
  writable(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      write: (chunk) => {
        this.update(chunk);
      },
      close: () => {
        const found = this.digest();
        if (found.equals(this.expected)) return;
        throw new LayerglassError({
          kind: "corrupt",
          code: "digest-mismatch",
          message: "the bytes do not have the digest that they should have",
          expected: this.expected.toString(),
          found: found.toString(),
        });
      },
      abort: () => this.free(),
    });
  }

  /** Gives the memory back; further use throws `aborted`. */
  free(): void {
    this.#hasher.free();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}
