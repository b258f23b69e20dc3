import { type AlgorithmOptions, algorithmBits, type DigestAlgorithm } from "./algorithms.js";
import { asBytes } from "./bytes.js";
import { call, engine } from "./engine.js";
import { LayerglassError } from "./error.js";
import { platformHasher } from "./platform-hasher.js";
import { asText, callAbout, MAX_TEXT } from "./text.js";

/** A digest as plain data. */
export interface DigestData {
  readonly algorithm: string;
  readonly hex: string;
}

/** Bytes from which on the runtime's own hash function is faster, where it has one. */
const PLATFORM_FROM = 2048;

/**
 * A digest such as `sha256:…`. A value: nothing changes it.
 *
 * @example
 * const digest = Digest.of(new TextEncoder().encode("hello"));
 * digest.equals("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"); // true
 */
export class Digest {
  readonly algorithm: DigestAlgorithm;
  readonly hex: string;

  private constructor(text: string) {
    const colon = text.indexOf(":");
    this.algorithm = text.slice(0, colon) as DigestAlgorithm;
    this.hex = text.slice(colon + 1);
  }

  /**
   * Reads a digest; throws with the reason and the offset when it is not one: `digest-format`, `digest-length`, or
   * `digest-unsupported` for an algorithm that is not accepted.
   *
   * @example
   * Digest.parse("sha256:" + "ab".repeat(32)).algorithm; // "sha256"
   * Digest.parse(text, { algorithms: ["sha256", "blake3"] });
   */
  static parse(text: string, options?: AlgorithmOptions): Digest {
    const given = asText("digest", text);
    const bits = algorithmBits(options?.algorithms);
    callAbout(given, (wasm) => wasm.checkDigest(given, bits));
    return new Digest(given);
  }

  /**
   * Is it a digest? False for whatever is no string.
   *
   * @example
   * Digest.isValid("sha256:abc"); // false
   */
  static isValid(text: unknown, options?: AlgorithmOptions): boolean {
    const bits = algorithmBits(options?.algorithms);
    return typeof text === "string" && text.length <= MAX_TEXT && engine().isDigest(text, bits);
  }

  /**
   * The digest of some bytes.
   *
   * @example
   * Digest.of(bytes, "sha512").toString();
   */
  static of(bytes: Uint8Array | ArrayBuffer, algorithm: DigestAlgorithm = "sha256"): Digest {
    const given = asBytes(bytes);
    const hasher = given.length < PLATFORM_FROM ? undefined : platformHasher(algorithm);
    if (hasher === undefined)
      return new Digest(call((wasm) => wasm.digestBytes(asText("algorithm", algorithm), given)));
    hasher.update(given);
    return new Digest(hasher.finish());
  }

  /**
   * The digest again from what `toJSON` gave or from its data, checked anew.
   *
   * @example
   * Digest.from(JSON.parse(JSON.stringify(digest)));
   */
  static from(json: string | DigestData, options?: AlgorithmOptions): Digest {
    if (typeof json === "string") return Digest.parse(json, options);
    const data: unknown = json;
    if (typeof data === "object" && data !== null) {
      const { algorithm, hex } = data as Partial<DigestData>;
      return Digest.parse(`${asText("algorithm", algorithm)}:${asText("hex", hex)}`, options);
    }
    const message = "a digest is made from a string or from `{ algorithm, hex }`";
    throw new LayerglassError({ kind: "invalid", code: "argument", message });
  }

  /** The first twelve hexadecimal digits, as Docker abbreviates ids. */
  get short(): string {
    return this.hex.slice(0, 12);
  }

  /** Is it the same digest? Text that is no digest equals none. */
  equals(other: Digest | DigestData | string): boolean {
    const value: unknown = other;
    if (typeof value === "string") return value === this.toString();
    if (typeof value !== "object" || value === null) return false;
    const { algorithm, hex } = value as Partial<DigestData>;
    return algorithm === this.algorithm && hex === this.hex;
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

/** A digest that the library computed itself, by whatever algorithm. */
export function computedDigest(text: string): Digest {
  return Digest.parse(text, { algorithms: EVERY });
}

const EVERY: readonly DigestAlgorithm[] = ["sha256", "sha384", "sha512", "blake3"];
