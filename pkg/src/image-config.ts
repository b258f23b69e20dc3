import { asBytes, fromBase64, toBase64 } from "./bytes.js";
import { call } from "./engine.js";
import type { HistoryStep, ImageConfigData, PlatformData, RootFsData, RunConfigData } from "./types.js";

/** An `ImageConfig` as plain data, with its exact bytes. */
export interface ImageConfigJson extends ImageConfigData {
  /** The exact bytes, in base64. */
  readonly rawBase64: string;
}

/**
 * An image's config: what containers run with, how the image was made, and which layers it has.
 *
 * @example
 * const config = ImageConfig.parse(await archive.rawConfig(0));
 * console.log(config.id, config.platform.architecture, config.rootFs.chainIds);
 */
export class ImageConfig {
  /** Digest of the exact bytes: the image's id. */
  readonly id: string;
  readonly platform: PlatformData;
  /** RFC 3339, as the config has it. */
  readonly created?: string;
  readonly author?: string;
  readonly config: RunConfigData;
  /** Steps, each with the position of the layer it made. */
  readonly history: readonly HistoryStep[];
  readonly rootFs: RootFsData;
  readonly #raw: Uint8Array;
  readonly #data: ImageConfigData;

  private constructor(data: ImageConfigData, raw: Uint8Array) {
    this.#data = data;
    this.#raw = raw;
    this.id = data.id;
    this.platform = data.platform;
    this.created = data.created;
    this.author = data.author;
    this.config = data.config;
    this.history = data.history;
    this.rootFs = data.rootFs;
  }

  /**
   * Reads a config from its exact bytes; throws `invalid` with the reason when it is not one.
   *
   * @example
   * ImageConfig.parse(new Uint8Array(await file.arrayBuffer())).config.env;
   */
  static parse(bytes: Uint8Array): ImageConfig {
    const raw = asBytes(bytes).slice();
    return new ImageConfig(
      call((wasm) => wasm.parseImageConfig(raw)),
      raw,
    );
  }

  /**
   * The config again from what `toJSON` gave, read anew from its exact bytes.
   *
   * @example
   * ImageConfig.from(JSON.parse(JSON.stringify(config)));
   */
  static from(json: Pick<ImageConfigJson, "rawBase64">): ImageConfig {
    return ImageConfig.parse(fromBase64(json.rawBase64));
  }

  /** A copy of the exact bytes. */
  get raw(): Uint8Array {
    return this.#raw.slice();
  }

  /** Plain data, for `postMessage` and JSON. */
  toJSON(): ImageConfigJson {
    return { ...this.#data, rawBase64: toBase64(this.#raw) };
  }
}
