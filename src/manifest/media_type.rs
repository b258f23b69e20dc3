//! Media types of manifests, configurations and layers, and what they say.

/// OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// OCI image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// OCI image configuration.
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// OCI descriptor.
pub const OCI_DESCRIPTOR: &str = "application/vnd.oci.descriptor.v1+json";
/// The file `oci-layout`.
pub const OCI_LAYOUT_HEADER: &str = "application/vnd.oci.layout.header.v1+json";
/// The empty object `{}`, where an artifact has no configuration.
pub const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// OCI artifact manifest, retired before it was released.
pub const OCI_ARTIFACT_MANIFEST: &str = "application/vnd.oci.artifact.manifest.v1+json";
/// OCI layer, a plain tar.
pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// OCI layer, compressed with gzip.
pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// OCI layer, compressed with zstd.
pub const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
/// OCI layer that may not be distributed, a plain tar. Deprecated.
pub const OCI_FOREIGN_LAYER: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar";
/// OCI layer that may not be distributed, compressed with gzip. Deprecated.
pub const OCI_FOREIGN_LAYER_GZIP: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
/// OCI layer that may not be distributed, compressed with zstd. Deprecated.
pub const OCI_FOREIGN_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
/// Docker's manifest, version 2 schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker's manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker's manifest, version 2 schema 1.
pub const DOCKER_SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+json";
/// Docker's manifest, version 2 schema 1, signed.
pub const DOCKER_SCHEMA1_SIGNED: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
/// Docker's image configuration.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// Configuration of a Docker plugin.
pub const DOCKER_PLUGIN_CONFIG: &str = "application/vnd.docker.plugin.v1+json";
/// Docker's layer, a plain tar.
pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
/// Docker's layer, compressed with gzip.
pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
/// Docker's layer, compressed with zstd; containerd alone knows it.
pub const DOCKER_LAYER_ZSTD: &str = "application/vnd.docker.image.rootfs.diff.tar.zstd";
/// Docker's layer that is fetched from elsewhere, a plain tar.
pub const DOCKER_FOREIGN_LAYER: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar";
/// Docker's layer that is fetched from elsewhere, compressed with gzip.
pub const DOCKER_FOREIGN_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
/// in-toto statement, as attestations carry it in a layer.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Annotation with the name of an image in an index: a tag or a full name.
pub const ANNOTATION_REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Annotation with the full name of an image, by containerd and Docker.
pub const ANNOTATION_CONTAINERD_NAME: &str = "io.containerd.image.name";
/// Digest of the table of contents of an eStargz layer (stargz-snapshotter, `docs/estargz.md`).
pub const ANNOTATION_STARGZ_TOC: &str = "containerd.io/snapshot/stargz/toc.digest";
/// Digest of the table of contents of a zstd:chunked layer, as it is stored (containers-storage, `pkg/chunked`).
pub const ANNOTATION_CHUNKED_TOC: &str = "io.github.containers.zstd-chunked.manifest-checksum";
/// Annotation of an attestation's descriptor that tells its kind, by BuildKit.
pub const ANNOTATION_DOCKER_TYPE: &str = "vnd.docker.reference.type";
/// Annotation of an attestation's descriptor with the digest of what it is about, by BuildKit.
pub const ANNOTATION_DOCKER_DIGEST: &str = "vnd.docker.reference.digest";

/// Whether it names a manifest of one image or artifact.
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, OCI_MANIFEST | DOCKER_MANIFEST)
}

/// Whether it names a list of manifests.
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, OCI_INDEX | DOCKER_LIST)
}

/// Whether it names a manifest of schema 1.
pub fn is_schema1(media_type: &str) -> bool {
    matches!(media_type, DOCKER_SCHEMA1 | DOCKER_SCHEMA1_SIGNED)
}

/// Whether it names an image configuration.
pub fn is_config(media_type: &str) -> bool {
    matches!(media_type, OCI_CONFIG | DOCKER_CONFIG)
}

/// Whether it names a layer in form of a tar, plain or compressed in any way. The declared compression is often wrong:
/// trust a layer's first bytes.
pub fn is_layer(media_type: &str) -> bool {
    [OCI_LAYER, OCI_FOREIGN_LAYER, DOCKER_LAYER, DOCKER_FOREIGN_LAYER].iter().any(|base| {
        media_type.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '.']))
    })
}
