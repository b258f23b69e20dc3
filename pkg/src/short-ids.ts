import { ALL_ALGORITHMS } from "./algorithms.js";
import type { CoreBindings, ReferenceParts, ShortIdsHandle } from "./bindings.js";
import { checkCount } from "./checks.js";
import type { Digest } from "./digest.js";
import { call } from "./engine.js";
import { LayerglassError } from "./error.js";
import { asText, callAbout } from "./text.js";

/**
 * Digests that are found by as many of their first digits as make them unique. It holds wasm memory until `free()` or
 * the end of a `using` block. Digests of different algorithms go together.
 *
 * @example
 * using ids = new ShortIds(images.map((image) => image.id));
 * ids.lookup("2cf24dba5fb0"); // "sha256:2cf24dba5fb0a30e…"
 */
export class ShortIds {
  #handle: ShortIdsHandle | undefined;

  constructor(digests: Iterable<Digest | string> = []) {
    this.#handle = call((wasm) => new wasm.ShortIds());
    try {
      for (const digest of digests) this.add(digest);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Puts a digest in; false when it was there. */
  add(digest: Digest | string): boolean {
    const text = asText("digest", String(digest));
    return callAbout(text, () => this.#live().add(text, ALL_ALGORITHMS));
  }

  /** Takes a digest out; false when it was not there. */
  remove(digest: Digest | string): boolean {
    const text = asText("digest", String(digest));
    return callAbout(text, () => this.#live().remove(text, ALL_ALGORITHMS));
  }

  /** Is the digest in it? */
  has(digest: Digest | string): boolean {
    const text = asText("digest", String(digest));
    return callAbout(text, () => this.#live().has(text, ALL_ALGORITHMS));
  }

  /** How many digests there are. */
  get size(): number {
    return call(() => this.#live().size());
  }

  /** All digests, sorted by algorithm and digits. */
  [Symbol.iterator](): Iterator<string> {
    return call(() => this.#live().list())[Symbol.iterator]();
  }

  /**
   * The one digest that a text stands for: its first digits, `algorithm:digits`, or the whole digest. Throws `not_found`
   * when nothing starts like that, `ambiguous` with the `candidates` when several do, `invalid` for an empty text.
   *
   * @example
   * try {
   *   ids.lookup("2");
   * } catch (error) {
   *   if (error.kind === "ambiguous") console.log(error.candidates);
   * }
   */
  lookup(query: string): string {
    const text = asText("query", query);
    try {
      return callAbout(text, () => this.#live().lookup(text));
    } catch (error) {
      if (!(error instanceof LayerglassError) || error.kind !== "ambiguous") throw error;
      const candidates = error.found?.split(" ") ?? [];
      throw new LayerglassError({ ...error.toJSON(), candidates });
    }
  }

  /**
   * The fewest digits that stand for each digest alone, but at least so many; the whole digest where digits do not
   * suffice.
   *
   * @example
   * const shown = ids.shortCodes(12);
   * shown.get(image.id);
   */
  shortCodes(atLeast = 1): Map<string, string> {
    checkCount("atLeast", atLeast);
    const flat = call(() => this.#live().shortCodes(atLeast));
    const codes = new Map<string, string>();
    for (let at = 0; at + 1 < flat.length; at += 2) codes.set(flat[at] as string, flat[at + 1] as string);
    return codes;
  }

  /** Gives the memory back; further use throws `aborted`. */
  free(): void {
    this.#handle?.free();
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** @internal A reference that may be a short id. */
  readReference(wasm: CoreBindings, text: string): ReferenceParts {
    return wasm.parseReferenceWithIds(text, this.#live());
  }

  #live(): ShortIdsHandle {
    if (this.#handle) return this.#handle;
    throw new LayerglassError({ kind: "aborted", code: "freed", message: "the index was freed" });
  }
}
