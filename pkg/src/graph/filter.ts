import { LayerglassError, toError } from "../error.js";
import { graphWasm } from "../graph-module.js";
import { asText, asTexts } from "../text.js";
import type { FilterHandle } from "./bindings.js";
import type { PathFilterParts } from "./types.js";

/**
 * Which paths of a layer are taken, and under which names. A path is left out when the longest exclusion that it begins with is
 * longer than the longest such inclusion.
 *
 * @example
 * using filter = await PathFilter.create({ exclude: [""], include: ["etc/"] });
 * filter.excludes("bin/sh"); // true
 * filter.encode(); // base64 of JSON
 */
export class PathFilter {
  #handle: FilterHandle | undefined;

  private constructor(handle: FilterHandle) {
    this.#handle = handle;
  }

  /** A filter of its parts. */
  static async create(parts: PathFilterParts = {}): Promise<PathFilter> {
    const { include = [], exclude = [], rebase, strip } = parts;
    const wasm = await graphWasm.start();
    try {
      const lists = [asTexts("include", include), asTexts("exclude", exclude)] as const;
      return new PathFilter(wasm.FilterHandle.create(...lists, rebase, strip));
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  /** Reads the form on the wire. An empty text is the filter that takes all. */
  static async decode(text: string): Promise<PathFilter> {
    const wasm = await graphWasm.start();
    try {
      return new PathFilter(wasm.FilterHandle.decode(asText("text", text)));
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  get #live(): FilterHandle {
    if (this.#handle) return this.#handle;
    throw new LayerglassError({ kind: "aborted", code: "ended", message: "the filter has been freed" });
  }

  /** The form on the wire. */
  encode(): string {
    return this.#live.encode();
  }

  /** Its parts, with sorted prefixes. */
  get parts(): Required<PathFilterParts> {
    const [include, exclude, rebase, strip] = this.#live.parts();
    return { include, exclude, rebase, strip };
  }

  /** Is a path left out? */
  excludes(path: string): boolean {
    return this.apply(path) === undefined;
  }

  /** The name that a path gets; `undefined` for one that is left out. */
  apply(path: string): string | undefined {
    return this.#live.apply(asText("path", path));
  }

  /** Gives its memory back. */
  free(): void {
    this.#handle?.free();
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }
}
