//! The manifest of one image or artifact.

use std::collections::BTreeMap;

use super::{Descriptor, Document, DocumentKind, ManifestError};
use crate::digest::Digest;
use crate::json::decode_struct;
use crate::limits::Limits;

/// A manifest of the OCI or of Docker's schema 2: its exact bytes, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    raw: Vec<u8>,
    digest: Digest,
    kind: DocumentKind,
    fields: Fields,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    media_type: String,
    schema_version: i64,
    artifact_type: String,
    config: Box<Descriptor>,
    layers: Vec<Descriptor>,
    subject: Option<Box<Descriptor>>,
    annotations: BTreeMap<String, String>,
}

decode_struct!(Fields {
    "mediaType" => media_type,
    "schemaVersion" => schema_version,
    "artifactType" => artifact_type,
    "config" => config,
    "layers" => layers,
    "subject" => subject,
    "annotations" => annotations,
});

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// As [`Document::parse`], and [`ManifestError::WrongKind`] for one of another kind.
    pub fn parse(bytes: impl Into<Vec<u8>>, limits: &Limits) -> Result<Self, ManifestError> {
        match Document::parse(bytes, None, limits)? {
            Document::Manifest(manifest) => Ok(manifest),
            other => {
                Err(ManifestError::WrongKind { expected: DocumentKind::OciManifest, found: other.kind() })
            }
        }
    }

    pub(super) fn new(fields: Fields, raw: Vec<u8>, kind: DocumentKind) -> Self {
        Self { digest: Digest::sha256(&raw), raw, kind, fields }
    }

    /// The exact bytes it was read from.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// SHA-256 of the exact bytes.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// OCI's or Docker's.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The media type that it declares, or else that of its kind.
    pub fn media_type(&self) -> &str {
        if self.fields.media_type.is_empty() { self.kind.media_type() } else { &self.fields.media_type }
    }

    /// `schemaVersion` as written.
    pub const fn schema_version(&self) -> i64 {
        self.fields.schema_version
    }

    /// What it is, for an artifact; empty for an image.
    pub fn artifact_type(&self) -> &str {
        &self.fields.artifact_type
    }

    /// The configuration; its digest is empty when there is none.
    pub fn config(&self) -> &Descriptor {
        &self.fields.config
    }

    /// The layers, bottom first. `null` is no layers.
    pub fn layers(&self) -> &[Descriptor] {
        &self.fields.layers
    }

    /// The manifest that this one is about.
    pub fn subject(&self) -> Option<&Descriptor> {
        self.fields.subject.as_deref()
    }

    /// Annotations.
    pub const fn annotations(&self) -> &BTreeMap<String, String> {
        &self.fields.annotations
    }
}
