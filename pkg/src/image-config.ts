import { asBytes, fromBase64, toBase64 } from "./bytes.js";
import { call } from "./engine.js";
import { LayerglassError } from "./error.js";
import type { ChildOptions } from "./image-child.js";
import { toJsonText } from "./json.js";
import { Platform, toText } from "./platform.js";
import { asText } from "./text.js";
import type {
  ErrorData,
  HistoryStep,
  IdentityData,
  ImageConfigData,
  JsonValue,
  PlatformData,
  PortData,
  RootFsData,
  RunConfigData,
  RunConfigDetails,
  Size,
} from "./types.js";

/** Which Docker's way of writing a config: since 25 (`current`), or up to 24 (`docker2020`). */
export type CanonicalRules = "current" | "docker2020";

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
  #details: RunConfigDetails | undefined;

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
    const { rawBase64 } = Object(json) as Partial<ImageConfigJson>;
    return ImageConfig.parse(fromBase64(asText("rawBase64", rawBase64)));
  }

  /** Who containers run as: the user in its two parts. Both are absent for root. */
  get runAs(): { readonly user?: IdentityData; readonly group?: IdentityData } {
    const { user, group } = this.#read();
    return { ...(user !== undefined && { user }), ...(group !== undefined && { group }) };
  }

  /** The exposed ports in their parts, each that is none with the reason. */
  get ports(): readonly PortData[] {
    return this.#read().ports;
  }

  /** Seconds before a container is killed, where the config says. */
  get stopTimeout(): Size | undefined {
    return this.#read().stopTimeout;
  }

  /**
   * The platform, with what the config leaves empty from a host, as Docker does.
   *
   * @example
   * config.platformOn({ os: "linux", architecture: "arm64" });
   */
  platformOn(host: PlatformData): PlatformData {
    return Platform.orHost(this.platform, host);
  }

  /**
   * The whole document, members included that nobody knows. Integers above 2^53 − 1 are `bigint`.
   *
   * @example
   * const { "moby.buildkit.buildinfo.v1": info } = config.json();
   */
  json(): Readonly<Record<string, JsonValue>> {
    return call((wasm) => wasm.jsonValue(this.#raw)) as Readonly<Record<string, JsonValue>>;
  }

  /**
   * What is wrong with it although it can be read: an unknown type of layers, a diff id that is no digest, more steps
   * that made a layer than layers, ports that are none. Empty when nothing is.
   *
   * @example
   * for (const { path, message } of config.check()) console.warn(path, message);
   */
  check(): readonly ErrorData[] {
    return call((wasm) => wasm.checkImageConfig(this.#raw));
  }

  /**
   * The bytes that Docker itself writes for it: what Docker does not know is left out.
   *
   * @example
   * Digest.of(config.canonicalJson("docker2020")).equals(config.id);
   */
  canonicalJson(rules: CanonicalRules = "current"): Uint8Array {
    return call((wasm) => wasm.canonicalJson(this.#raw, asText("rules", rules)));
  }

  /**
   * The config of an image that is made from this one, written by Docker's rules. This one stays as it is.
   *
   * @example
   * const child = config.child({
   *   created: new Date().toISOString(),
   *   diffId: layer.diffId,
   *   containerConfig: { Cmd: ["/bin/sh", "-c", "make"] },
   *   config: { Cmd: ["app"] },
   * });
   */
  child(
    options: ChildOptions,
    host: PlatformData = { os: "linux", architecture: "amd64" },
    rules: CanonicalRules = "current",
  ): ImageConfig {
    if (typeof options !== "object" || options === null)
      throw new LayerglassError({ kind: "invalid", code: "argument", message: "`child` is an object" });
    const text = toJsonText("child", options);
    return ImageConfig.parse(
      call((wasm) => wasm.childConfig(this.#raw, text, toText("host", host), asText("rules", rules))),
    );
  }

  /**
   * Does Docker's build cache take one for a step with the run config of the other?
   *
   * @example
   * cached.cacheEquals(wanted);
   */
  cacheEquals(other: ImageConfig): boolean {
    if (!(other instanceof ImageConfig))
      throw new LayerglassError({ kind: "invalid", code: "argument", message: "`other` is an ImageConfig" });
    return call((wasm) => wasm.cacheEquals(this.#raw, other.#raw));
  }

  /** A copy of the exact bytes. */
  get raw(): Uint8Array {
    return this.#raw.slice();
  }

  /** Plain data, for `postMessage` and JSON. */
  toJSON(): ImageConfigJson {
    return { ...this.#data, rawBase64: toBase64(this.#raw) };
  }

  #read(): RunConfigDetails {
    this.#details ??= call((wasm) => wasm.runConfigDetails(this.#raw));
    return this.#details;
  }
}
