/** Everything that both entries export. */
export { chainIds } from "./chain-ids.js";
export { Digest, type DigestAlgorithm, type DigestData } from "./digest.js";
export type { WasmInput } from "./engine.js";
export { LayerglassError } from "./error.js";
export { Hasher } from "./hasher.js";
export { ImageConfig, type ImageConfigJson } from "./image-config.js";
export { Manifest, type ManifestJson, type ManifestOptions } from "./manifest.js";
export { Reference, type ReferenceOptions } from "./reference.js";
export type * from "./types.js";
