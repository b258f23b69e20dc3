import { asBytes } from "./bytes.js";
import { call } from "./engine.js";

/** A digest as plain data. */
export interface DigestData {
  readonly algorithm: string;
  readonly hex: string;
}

/** The hash functions that a digest may name. */
export type DigestAlgorithm = "sha256" | "sha384" | "sha512";

/**
 * A digest such as `sha256:…`.
 *
 * @example
 * const digest = Digest.of(new TextEncoder().encode("hello"));
 * digest.equals("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"); // true
 */
export class Digest {
  readonly algorithm: string;
  readonly hex: string;

  private constructor(data: DigestData) {
    this.algorithm = data.algorithm;
    this.hex = data.hex;
  }

  /**
   * Reads a digest; throws `invalid` with the reason and the offset when it is not one.
   *
   * @example
   * Digest.parse("sha256:" + "ab".repeat(32)).algorithm; // "sha256"
   */
  static parse(text: string): Digest {
    return new Digest(call((wasm) => wasm.parseDigest(String(text))));
  }

  /**
   * The digest of some bytes.
   *
   * @example
   * Digest.of(bytes, "sha512").toString();
   */
  static of(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Digest {
    return Digest.parse(call((wasm) => wasm.digestBytes(algorithm, asBytes(bytes))));
  }

  /**
   * The digest again from what `toJSON` gave, checked anew.
   *
   * @example
   * Digest.from(JSON.parse(JSON.stringify(digest)));
   */
  static from(json: string | DigestData): Digest {
    return Digest.parse(typeof json === "string" ? json : `${json.algorithm}:${json.hex}`);
  }

  /** Is it the same digest? Text that is no digest equals none. */
  equals(other: Digest | DigestData | string): boolean {
    return (typeof other === "string" ? other : `${other.algorithm}:${other.hex}`) === this.toString();
  }

  /** `algorithm:hex`. */
  toString(): string {
    return `${this.algorithm}:${this.hex}`;
  }

  /** `algorithm:hex`, for `postMessage` and JSON. */
  toJSON(): string {
    return this.toString();
  }
}
