//! Manifests as plain data in the shape of the npm package.

use std::collections::BTreeMap;

use super::{Descriptor, Document, DocumentKind};
use crate::digest::Digest;

/// A manifest of any kind. What its kind does not have is absent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentData<'a> {
    /// What it is.
    pub kind: DocumentKind,
    /// The media type that it declares, or else that of its kind.
    pub media_type: &'a str,
    /// The digest that names it.
    pub digest: Digest,
    /// What it is, for an artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<&'a str>,
    /// The configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<&'a Descriptor>,
    /// The layers, bottom first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<&'a [Descriptor]>,
    /// The manifests that an index lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifests: Option<&'a [Descriptor]>,
    /// The manifest that this one is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<&'a Descriptor>,
    /// Annotations; schema 1 has none.
    pub annotations: &'a BTreeMap<String, String>,
    /// Of schema 1: name of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Of schema 1: tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<&'a str>,
    /// Of schema 1: processor architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<&'a str>,
    /// Of schema 1: digests of the stored layers, bottom first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob_sums: Option<Vec<&'a str>>,
    /// Of schema 1: the v1 document of each layer as text, bottom first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v1_compatibility: Option<Vec<&'a str>>,
}

static NO_ANNOTATIONS: BTreeMap<String, String> = BTreeMap::new();

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

impl<'a> From<&'a Document> for DocumentData<'a> {
    fn from(document: &'a Document) -> Self {
        let mut data = Self {
            kind: document.kind(),
            media_type: document.kind().media_type(),
            digest: document.digest(),
            artifact_type: None,
            config: None,
            layers: None,
            manifests: None,
            subject: None,
            annotations: &NO_ANNOTATIONS,
            name: None,
            tag: None,
            architecture: None,
            blob_sums: None,
            v1_compatibility: None,
        };
        match document {
            Document::Manifest(manifest) => {
                data.media_type = manifest.media_type();
                data.artifact_type = some(manifest.artifact_type());
                data.config = Some(manifest.config());
                data.layers = Some(manifest.layers());
                data.subject = manifest.subject();
                data.annotations = manifest.annotations();
            }
            Document::Index(index) => {
                data.media_type = index.media_type();
                data.artifact_type = some(index.artifact_type());
                data.manifests = Some(index.manifests());
                data.subject = index.subject();
                data.annotations = index.annotations();
            }
            Document::Schema1(manifest) => {
                data.name = some(manifest.name());
                data.tag = some(manifest.tag());
                data.architecture = some(manifest.architecture());
                data.blob_sums = Some(manifest.blob_sums().rev().collect());
                data.v1_compatibility = Some(manifest.v1_compatibility().rev().collect());
            }
        }
        data
    }
}
