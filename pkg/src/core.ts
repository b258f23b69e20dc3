/** Everything that both entries export. */
export type { AlgorithmOptions, DigestAlgorithm } from "./algorithms.js";
export { chainIds } from "./chain-ids.js";
export { Digest, type DigestData } from "./digest.js";
export type { WasmInput } from "./engine.js";
export { LayerglassError } from "./error.js";
export { Hasher, type HasherOptions } from "./hasher.js";
export type { ChildOptions, RunConfigInput } from "./image-child.js";
export { type CanonicalRules, ImageConfig, type ImageConfigJson } from "./image-config.js";
export { ImageNames } from "./image-names.js";
export * as v1 from "./image-v1.js";
export { Manifest, type ManifestJson, type ManifestOptions } from "./manifest.js";
export { Platform, type PlatformMatch } from "./platform.js";
export { type AnyReferenceOptions, Reference } from "./reference.js";
export type { ReferenceOptions, ReferenceRules } from "./reference-mode.js";
export { ShortIds } from "./short-ids.js";
export { Source } from "./source.js";
export type * from "./types.js";
export { Verifier } from "./verifier.js";
