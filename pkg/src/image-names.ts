import type { ImageNamesParts } from "./bindings.js";
import { call } from "./engine.js";
import { LayerglassError } from "./error.js";
import { toJsonText } from "./json.js";
import { asText, asTexts, callAbout } from "./text.js";
import type { ImageNamesData } from "./types.js";

/**
 * Tags and digests of one image, all of one source, as singularity keeps them. A value: a change gives another one.
 *
 * @example
 * const names = ImageNames.parse("busybox").addTags("busybox:1.28");
 * names.tags;            // ["busybox:1.28", "busybox:latest"]
 * JSON.stringify(names); // {"uri":"docker.io","tags":["busybox:1.28","busybox:latest"],"digests":null}
 */
export class ImageNames {
  /** Where the names are: `docker.io`, `cloud.sylabs.io` or `local.file`; empty when nothing says so. */
  readonly uri: string;
  /** Sorted. */
  readonly tags: readonly string[];
  /** Names with digests, sorted. */
  readonly digests: readonly string[];
  readonly #parts: ImageNamesParts;

  private constructor(parts: ImageNamesParts) {
    this.#parts = parts;
    this.uri = parts.uri;
    this.tags = parts.tags;
    this.digests = parts.digests;
  }

  /**
   * One name: `local.file/path`, `cloud.sylabs.io/name` or `library://name`, else a name in a registry.
   *
   * @example
   * ImageNames.parse("library://sylabs/tests/busybox:1.0.0").uri; // "cloud.sylabs.io"
   */
  static parse(text: string): ImageNames {
    const given = asText("name", text);
    return new ImageNames(callAbout(given, (wasm) => wasm.imageNames(given, false)));
  }

  /**
   * The names again from what `toJSON` gave.
   *
   * @example
   * ImageNames.from(JSON.parse(JSON.stringify(names)));
   */
  static from(json: ImageNamesData): ImageNames {
    if (typeof json !== "object" || json === null) {
      const message = "several names are made from what `toJSON` gave";
      throw new LayerglassError({ kind: "invalid", code: "argument", message });
    }
    const { uri, tags, digests } = json;
    const text = toJsonText("names", { uri, tags, digests });
    return new ImageNames(call((wasm) => wasm.imageNames(text, true)));
  }

  /** The name to show: the first tag, else the first digest, with the domain; absent without any. */
  get first(): string | undefined {
    return this.#parts.first;
  }

  /** Adds tags; when one is refused, as of another source or as a digest, none is added. */
  addTags(...names: readonly string[]): ImageNames {
    return this.#change("addTags", names);
  }

  /** Adds names with digests; when one is refused, none is added. */
  addDigests(...names: readonly string[]): ImageNames {
    return this.#change("addDigests", names);
  }

  /** Takes tags out, in any form that is read as the same; those that are not there do not matter. */
  removeTags(...names: readonly string[]): ImageNames {
    return this.#change("removeTags", names);
  }

  /** Takes names with digests out, as `removeTags` does with tags. */
  removeDigests(...names: readonly string[]): ImageNames {
    return this.#change("removeDigests", names);
  }

  /** The name to show, or the source alone when there is none. */
  toString(): string {
    return this.#parts.text;
  }

  /** The JSON form of singularity-cri: a list that was never there is `null`. */
  toJSON(): ImageNamesData {
    return JSON.parse(this.#parts.json) as ImageNamesData;
  }

  #change(change: string, names: readonly string[]): ImageNames {
    const given = asTexts("names", [...names]);
    return new ImageNames(call((wasm) => wasm.changeImageNames(this.#parts.json, change, given)));
  }
}
