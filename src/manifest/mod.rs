//! Manifests: the documents that tie configurations, layers and platforms together.
//!
//! The formats are those of the OCI image-spec (manifest.md, image-index.md), of Docker's registry (manifest v2 schema 1
//! and 2) and of `docker save` (`manifest.json` and `repositories`). Each keeps the exact bytes it was read from.

pub(crate) mod base64;
mod blob;
mod data;
mod descriptor;
mod docker_archive;
mod document;
mod error;
mod image;
mod index;
pub mod media_type;
mod schema1;

pub use blob::BlobError;
pub use data::DocumentData;
pub use descriptor::Descriptor;
pub use docker_archive::{DockerArchiveItem, DockerArchiveManifest, Repositories};
pub use document::{Document, DocumentKind};
pub use error::ManifestError;
pub use image::Manifest;
pub use index::Index;
pub use schema1::Schema1;
