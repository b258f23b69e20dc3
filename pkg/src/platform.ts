import { call } from "./engine.js";
import { toJsonText } from "./json.js";
import { asText, callAbout } from "./text.js";
import type { PlatformData } from "./types.js";

/** By which rule a platform serves for another. */
export interface PlatformMatch {
  /**
   * `compatible`, the default, is containerd's order: the platform, then what it can run as well, such as `386` on
   * `amd64` and lower versions of `arm`. `none` is the platform alone, `system` after it anything for the operating
   * system. `containers-image` is what podman, buildah and skopeo look for, and `satisfying` what go-containerregistry
   * takes: every part that the wanted platform has; both compare names as they are spelled.
   */
  readonly rule?: "compatible" | "none" | "system" | "containers-image" | "satisfying";
}

/**
 * What images run on: platforms as text, under one name, and by preference.
 *
 * @example
 * const [best] = Platform.sort({ os: "linux", architecture: "arm64" }, index.descriptors, {}, (entry) => entry.platform);
 */
export const Platform = {
  /**
   * Reads `os/architecture/variant`, or one word of which the host fills in the rest.
   *
   * @example
   * Platform.parse("linux/arm64/v8"); // { os: "linux", architecture: "arm64", variant: "v8" }
   */
  parse(text: string, host: PlatformData = { os: "linux", architecture: "amd64" }): PlatformData {
    const given = asText("platform", text);
    return callAbout(given, (wasm) => wasm.parsePlatform(given, toText("host", host)));
  },

  /**
   * The same platform under the names that are compared: `x86_64` is `amd64`, `arm` is `arm/v7`.
   *
   * @example
   * Platform.normalize({ os: "Linux", architecture: "aarch64" }).architecture; // "arm64"
   */
  normalize(platform: PlatformData): PlatformData {
    return call((wasm) => wasm.normalizePlatform(toText("platform", platform)));
  },

  /**
   * The platform with an empty operating system or architecture filled in from the host, as Docker does.
   *
   * @example
   * Platform.orHost(config.platform, { os: "linux", architecture: "amd64" });
   */
  orHost(platform: PlatformData, host: PlatformData): PlatformData {
    return call((wasm) => wasm.platformOrHost(toText("platform", platform), toText("host", host)));
  },

  /**
   * `os/architecture/variant`; with `full` version and features of the operating system as well.
   *
   * @example
   * Platform.format({ os: "linux", architecture: "arm", variant: "v7" }); // "linux/arm/v7"
   */
  format(platform: PlatformData, options: { readonly full?: boolean } = {}): string {
    return call((wasm) => wasm.formatPlatform(toText("platform", platform), options.full === true));
  },

  /**
   * Does the offered platform serve for the wanted one?
   *
   * @example
   * Platform.matches({ os: "linux", architecture: "amd64" }, { os: "linux", architecture: "386" }); // true
   */
  matches(wanted: PlatformData, offered: PlatformData, options: PlatformMatch = {}): boolean {
    const rule = asText("rule", options.rule ?? "compatible");
    return call((wasm) => wasm.platformMatches(toText("wanted", wanted), rule, toText("offered", offered)));
  },

  /**
   * What is offered, the best for a platform first; what does not serve keeps its order at the end. Without `platformOf`
   * the items are platforms themselves; an item without a platform serves nobody.
   *
   * @example
   * Platform.sort(host, index.descriptors, {}, (entry) => entry.platform)[0]?.digest;
   */
  sort<T>(
    wanted: PlatformData,
    offered: readonly T[],
    options: PlatformMatch = {},
    platformOf: (item: T) => PlatformData | undefined = (item) => item as PlatformData,
  ): T[] {
    const rule = asText("rule", options.rule ?? "compatible");
    const none = { os: "", architecture: "" };
    const list = toJsonText(
      "offered",
      offered.map((item) => members(platformOf(item) ?? none)),
    );
    const order = call((wasm) => wasm.sortPlatforms(toText("wanted", wanted), rule, list));
    return Array.from(order, (place) => offered[place] as T);
  },
} as const;

/** A platform in the members that documents have. */
function members(platform: PlatformData): unknown {
  const { os, architecture, variant, osVersion, osFeatures } = Object(platform) as PlatformData;
  return { os, architecture, variant, "os.version": osVersion, "os.features": osFeatures };
}

/** A platform as the wasm module takes it. */
export function toText(what: string, platform: PlatformData): string {
  return toJsonText(what, members(platform));
}
