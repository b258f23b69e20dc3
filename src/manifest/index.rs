//! Lists of manifests.

use std::collections::BTreeMap;

use super::{Descriptor, Document, DocumentKind, ManifestError, media_type};
use crate::digest::Digest;
use crate::json::decode_struct;
use crate::limits::Limits;

/// An OCI index or a Docker manifest list: its exact bytes, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
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
    manifests: Vec<Descriptor>,
    subject: Option<Box<Descriptor>>,
    annotations: BTreeMap<String, String>,
}

decode_struct!(Fields {
    "mediaType" => media_type,
    "schemaVersion" => schema_version,
    "artifactType" => artifact_type,
    "manifests" => manifests,
    "subject" => subject,
    "annotations" => annotations,
});

impl Index {
    /// Reads what is known to be an index, such as `index.json` of an OCI layout: it may lack its media type and its
    /// manifests.
    ///
    /// # Errors
    /// What is wrong with the JSON or a member, [`ManifestError::Ambiguous`], or [`ManifestError::WrongKind`] when it
    /// declares the media type of another kind.
    pub fn parse(bytes: impl Into<Vec<u8>>, limits: &Limits) -> Result<Self, ManifestError> {
        let raw = bytes.into();
        let found = match Document::parse(raw, Some(media_type::OCI_INDEX), limits)? {
            Document::Index(mut index) => match DocumentKind::from_media_type(&index.fields.media_type) {
                None => return Ok(index),
                Some(kind @ (DocumentKind::OciIndex | DocumentKind::DockerList)) => {
                    index.kind = kind;
                    return Ok(index);
                }
                Some(kind) => kind,
            },
            other => other.kind(),
        };
        Err(ManifestError::WrongKind { expected: DocumentKind::OciIndex, found })
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

    /// What it is, for an index of artifacts.
    pub fn artifact_type(&self) -> &str {
        &self.fields.artifact_type
    }

    /// The manifests that it lists. `null` is none.
    pub fn manifests(&self) -> &[Descriptor] {
        &self.fields.manifests
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
