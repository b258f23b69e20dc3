import { call } from "./engine.js";
import { toJsonText } from "./json.js";
import { asText, callAbout } from "./text.js";
import type { Source as SourceType } from "./types.js";

/** Where an image is: a registry, a daemon, an archive, a layout, a folder, a library or a file. */
export type Source = SourceType;

/**
 * Reads and writes where an image is, in the form of skopeo, podman and singularity.
 *
 * @example
 * const source = Source.parse("docker-archive:/tmp/images.tar:redis");
 * if (source.kind === "dockerArchive") source.image; // "docker.io/library/redis:latest"
 */
export const Source = {
  /**
   * Reads `transport:rest`; throws with the reason when it is none.
   *
   * @example
   * Source.parse("docker://redis"); // { kind: "registry", name: "docker.io/library/redis:latest" }
   */
  parse(text: string): Source {
    const given = asText("source", text);
    return callAbout(given, (wasm) => wasm.parseSource(given));
  },

  /**
   * The text of which `parse` makes the same again; a source for which there is none is an `invalid` error.
   *
   * @example
   * Source.format({ kind: "ociLayout", path: "/tmp/layout", index: 0 }); // "oci:/tmp/layout:@0"
   */
  format(source: Source): string {
    return call((wasm) => wasm.formatSource(toJsonText("source", source)));
  },
} as const;
