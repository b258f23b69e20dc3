//! Manifests as plain data in the shape of the npm package.

use std::collections::BTreeMap;

use super::{Descriptor, Document, DocumentKind};
use crate::digest::Digest;

/// A manifest of any kind. What its kind does not have is absent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentData {
    /// What it is.
    pub kind: DocumentKind,
    /// The media type that it declares, or else that of its kind.
    pub media_type: String,
    /// The digest that names it.
    pub digest: Digest,
    /// What it is, for an artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Descriptor>,
    /// The layers, bottom first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<Descriptor>>,
    /// The manifests that an index lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifests: Option<Vec<Descriptor>>,
    /// The manifest that this one is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Of schema 1: name of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of schema 1: tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Of schema 1: processor architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Of schema 1: digests of the stored layers, bottom first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob_sums: Option<Vec<String>>,
    /// Of schema 1: the v1 document of each layer as text, bottom first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v1_compatibility: Option<Vec<String>>,
}

impl DocumentData {
    fn new(kind: DocumentKind, digest: Digest) -> Self {
        Self {
            kind,
            media_type: kind.media_type().to_owned(),
            digest,
            artifact_type: None,
            config: None,
            layers: None,
            manifests: None,
            subject: None,
            annotations: BTreeMap::new(),
            name: None,
            tag: None,
            architecture: None,
            blob_sums: None,
            v1_compatibility: None,
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl From<&Document> for DocumentData {
    fn from(document: &Document) -> Self {
        let data = Self::new(document.kind(), document.digest());
        match document {
            Document::Manifest(manifest) => Self {
                media_type: manifest.media_type().to_owned(),
                artifact_type: some(manifest.artifact_type()),
                config: Some(manifest.config().clone()),
                layers: Some(manifest.layers().to_vec()),
                subject: manifest.subject().cloned(),
                annotations: manifest.annotations().clone(),
                ..data
            },
            Document::Index(index) => Self {
                media_type: index.media_type().to_owned(),
                artifact_type: some(index.artifact_type()),
                manifests: Some(index.manifests().to_vec()),
                subject: index.subject().cloned(),
                annotations: index.annotations().clone(),
                ..data
            },
            Document::Schema1(manifest) => {
                let mut blob_sums: Vec<String> = manifest.blob_sums().map(str::to_owned).collect();
                let mut v1: Vec<String> = manifest.v1_compatibility().map(str::to_owned).collect();
                blob_sums.reverse();
                v1.reverse();
                Self {
                    name: some(manifest.name()),
                    tag: some(manifest.tag()),
                    architecture: some(manifest.architecture()),
                    blob_sums: Some(blob_sums),
                    v1_compatibility: Some(v1),
                    ..data
                }
            }
        }
    }
}
