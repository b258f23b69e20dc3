import { createHash } from "node:crypto";
import { tar } from "./tar.js";

/** @param {Buffer | string} bytes */
export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * A docker-save file with these layers, each the bytes of a tar.
 * @param {Buffer[]} layers
 * @param {{ name?: string, config?: object, history?: object[], metadataFirst?: boolean }} [options]
 */
export function dockerArchive(layers, { name = "made:1", config = {}, history, metadataFirst = false } = {}) {
  const bytes = imageConfig(layers, config, history);
  const paths = layers.map((layer) => `${sha256(layer)}.tar`);
  const manifest = [{ Config: `${sha256(bytes)}.json`, RepoTags: [name], Layers: paths }];
  const stored = new Map(layers.map((layer, index) => [paths[index] ?? "", layer]));
  const blobs = [...stored].map(([path, contents]) => ({ name: path, contents }));
  const metadata = [
    { name: `${sha256(bytes)}.json`, contents: bytes },
    { name: "manifest.json", contents: JSON.stringify(manifest) },
  ];
  return tar(metadataFirst ? [...metadata, ...blobs] : [...blobs, ...metadata]);
}

/**
 * An OCI layout as a tar: one image that is there, one platform that only the index names, and an attestation.
 * @param {Buffer[]} layers
 */
export function layoutWithAbsentPlatform(layers) {
  const config = imageConfig(layers, {});
  const type = "application/vnd.oci.image.manifest.v1+json";
  const descriptor = (/** @type {Buffer} */ blob, /** @type {string} */ mediaType) => ({
    mediaType,
    digest: `sha256:${sha256(blob)}`,
    size: blob.length,
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: type,
    config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => descriptor(layer, "application/vnd.oci.image.layer.v1.tar")),
  });
  const statement = json({
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://slsa.dev/provenance/v0.2",
  });
  const attestationConfig = json({
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(statement)}`] },
  });
  const attestation = json({
    schemaVersion: 2,
    mediaType: type,
    config: descriptor(attestationConfig, "application/vnd.oci.image.config.v1+json"),
    layers: [
      {
        ...descriptor(statement, "application/vnd.in-toto+json"),
        annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" },
      },
    ],
  });
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      { ...descriptor(manifest, type), platform: { os: "linux", architecture: "amd64" } },
      {
        mediaType: type,
        digest: `sha256:${"ab".repeat(32)}`,
        size: 527,
        platform: { os: "linux", architecture: "arm64", variant: "v8" },
      },
      {
        ...descriptor(attestation, type),
        platform: { os: "unknown", architecture: "unknown" },
        annotations: {
          "vnd.docker.reference.digest": `sha256:${sha256(manifest)}`,
          "vnd.docker.reference.type": "attestation-manifest",
        },
      },
    ],
  });
  const top = json({
    schemaVersion: 2,
    manifests: [
      {
        ...descriptor(index, "application/vnd.oci.image.index.v1+json"),
        annotations: {
          "io.containerd.image.name": "docker.io/library/made:1",
          "org.opencontainers.image.ref.name": "1",
        },
      },
    ],
  });
  const blobs = [config, manifest, statement, attestationConfig, attestation, index, ...layers];
  return tar([
    ...blobs.map((blob) => ({ name: `blobs/sha256/${sha256(blob)}`, contents: blob })),
    { name: "index.json", contents: top },
    { name: "oci-layout", contents: '{"imageLayoutVersion":"1.0.0"}' },
  ]);
}

/** @param {Buffer[]} layers @param {object} config @param {object[]} [history] */
function imageConfig(layers, config, history) {
  return json({
    architecture: "amd64",
    os: "linux",
    created: "2024-01-02T03:04:05Z",
    config,
    history:
      history ??
      layers.map((_, index) => ({ created: "2024-01-02T03:04:05Z", created_by: `RUN step-${index + 1}` })),
    rootfs: { type: "layers", diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  });
}

/** @param {unknown} value */
function json(value) {
  return Buffer.from(JSON.stringify(value));
}
