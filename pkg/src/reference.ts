import { call } from "./engine.js";
import { isErrorData } from "./error.js";
import type { ReferenceData } from "./types.js";

/** How a reference is read. */
export interface ReferenceOptions {
  /** Complete short names as Docker does (`redis` is `docker.io/library/redis`); on unless switched off. */
  readonly normalize?: boolean;
}

/**
 * A name of an image: registry, repository, tag, digest.
 *
 * @example
 * const ref = Reference.parse("redis:7");
 * ref.domain;   // "docker.io"
 * ref.path;     // "library/redis"
 * ref.familiar; // "redis:7"
 */
export class Reference {
  /** Registry host with its port; absent only when the reference was not normalised and names none. */
  readonly domain?: string;
  /** Repository inside the registry. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
  /** The shortest form, as Docker shows it. */
  readonly familiar: string;
  readonly #data: ReferenceData;

  private constructor(data: ReferenceData) {
    this.#data = data;
    this.domain = data.domain;
    this.path = data.path;
    this.tag = data.tag;
    this.digest = data.digest;
    this.familiar = data.familiar;
  }

  /**
   * Reads a reference; throws `invalid` with the reason and the offset when it is not one.
   *
   * @example
   * Reference.parse("ghcr.io/team/app@sha256:" + "0".repeat(64)).digest;
   */
  static parse(text: string, options: ReferenceOptions = {}): Reference {
    return new Reference(call((wasm) => wasm.parseReference(String(text), options.normalize ?? true)));
  }

  /**
   * Is it a reference?
   *
   * @example
   * Reference.isValid("UPPER/case"); // false
   */
  static isValid(text: string, options: ReferenceOptions = {}): boolean {
    if (typeof text !== "string") return false;
    return call((wasm) => {
      try {
        wasm.parseReference(text, options.normalize ?? true);
        return true;
      } catch (thrown) {
        if (isErrorData(thrown)) return false;
        throw thrown;
      }
    });
  }

  /**
   * The reference again from what `toJSON` gave, checked anew.
   *
   * @example
   * Reference.from(JSON.parse(JSON.stringify(Reference.parse("redis:7"))));
   */
  static from(json: ReferenceData | string): Reference {
    if (typeof json === "string") return Reference.parse(json);
    return Reference.parse(json.canonical, { normalize: json.domain !== undefined });
  }

  /** The whole reference, written out. */
  toString(): string {
    return this.#data.canonical;
  }

  /** Plain data, for `postMessage` and JSON. */
  toJSON(): ReferenceData {
    return { ...this.#data };
  }
}
