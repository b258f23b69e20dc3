import { asBytes, fromBase64, toBase64 } from "./bytes.js";
import { call } from "./engine.js";
import { Platform, type PlatformMatch } from "./platform.js";
import { asText } from "./text.js";
import type { DescriptorData, JsonValue, ManifestData, ManifestKind, PlatformData } from "./types.js";

/** How a manifest is read. */
export interface ManifestOptions {
  /** The media type that it was served with; a known one decides what kind it is. */
  readonly mediaType?: string;
}

/** A `Manifest` as plain data, with its exact bytes. */
export interface ManifestJson extends ManifestData {
  /** The exact bytes, in base64. */
  readonly rawBase64: string;
}

/**
 * A manifest or an index, of OCI or of Docker.
 *
 * @example
 * const manifest = Manifest.parse(await archive.rawManifest(0));
 * console.log(manifest.digest, manifest.data.layers?.map((layer) => layer.digest));
 */
export class Manifest {
  readonly kind: ManifestKind;
  /** What it declares, or else the media type of its kind. */
  readonly mediaType: string;
  /** The digest that names it. */
  readonly digest: string;
  /** Everything that it says. */
  readonly data: ManifestData;
  readonly #raw: Uint8Array;

  private constructor(data: ManifestData, raw: Uint8Array) {
    this.data = data;
    this.#raw = raw;
    this.kind = data.kind;
    this.mediaType = data.mediaType;
    this.digest = data.digest;
  }

  /**
   * Reads a manifest from its exact bytes; throws `invalid` with the reason when it is not one.
   *
   * @example
   * Manifest.parse(bytes, { mediaType: response.headers.get("content-type") ?? undefined }).kind;
   */
  static parse(bytes: Uint8Array, options: ManifestOptions = {}): Manifest {
    const raw = asBytes(bytes).slice();
    const mediaType = options.mediaType === undefined ? undefined : asText("mediaType", options.mediaType);
    return new Manifest(
      call((wasm) => wasm.parseManifest(raw, mediaType)),
      raw,
    );
  }

  /**
   * The manifest again from what `toJSON` gave, read anew from its exact bytes.
   *
   * @example
   * Manifest.from(JSON.parse(JSON.stringify(manifest)));
   */
  static from(json: Pick<ManifestJson, "rawBase64" | "mediaType">): Manifest {
    const { rawBase64, mediaType } = Object(json) as Partial<ManifestJson>;
    const bytes = fromBase64(asText("rawBase64", rawBase64));
    return Manifest.parse(bytes, mediaType === undefined ? {} : { mediaType });
  }

  /** Does it list manifests? */
  get isIndex(): boolean {
    return this.kind === "ociIndex" || this.kind === "dockerList";
  }

  /** What an index lists, or the layers of a manifest. */
  get descriptors(): readonly DescriptorData[] {
    return this.data.manifests ?? this.data.layers ?? [];
  }

  /**
   * What an index lists for a platform, the best first; containerd's order unless something else is asked for.
   *
   * @example
   * const [best] = index.forPlatform({ os: "linux", architecture: "arm64" });
   */
  forPlatform(wanted: PlatformData, options: PlatformMatch = {}): DescriptorData[] {
    const serving = (this.data.manifests ?? []).filter(
      ({ platform }) => platform !== undefined && Platform.matches(wanted, platform, options),
    );
    return Platform.sort(wanted, serving, options, (entry) => entry.platform);
  }

  /**
   * The whole document, members included that nobody knows. Integers above 2^53 − 1 are `bigint`.
   *
   * @example
   * manifest.json()["schemaVersion"];
   */
  json(): Readonly<Record<string, JsonValue>> {
    return call((wasm) => wasm.jsonValue(this.#raw)) as Readonly<Record<string, JsonValue>>;
  }

  /** A copy of the exact bytes. */
  get raw(): Uint8Array {
    return this.#raw.slice();
  }

  /** Plain data, for `postMessage` and JSON. */
  toJSON(): ManifestJson {
    return { ...this.data, rawBase64: toBase64(this.#raw) };
  }
}
