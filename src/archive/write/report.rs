//! What was written.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::json::size;

/// An image that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenImage {
    /// Position among the images that were given.
    pub index: usize,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its full names.
    pub names: Vec<String>,
    /// Digest of the manifest that was written; none in the layout of Docker 1.10 to 24.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// Digest of the manifest that it had, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced: Option<String>,
}

/// A layer that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenLayer {
    /// The number of its stored bytes.
    pub source: usize,
    /// Digest of the tar; of what is no tar, that of the bytes.
    pub diff_id: String,
    /// Digest of the stored bytes.
    pub stored: String,
    /// Number of stored bytes.
    #[serde(serialize_with = "size::serialize")]
    pub stored_size: u64,
    /// Digest of the bytes that were written.
    pub written: String,
    /// Number of bytes that were written.
    #[serde(serialize_with = "size::serialize")]
    pub written_size: u64,
}

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// The layout holds images alone.
    NoImage,
    /// It is about a manifest that was written anew, and so has another digest.
    SubjectChanged,
    /// It was not selected.
    NotSelected,
    /// The source speaks of it and does not hold it.
    Absent,
    /// The layout gives a name to one image only.
    NameTaken,
    /// The layout has no place for names that are no references.
    NoPlace,
    /// The layout holds no manifests.
    NoManifests,
    /// The index tied together what is not all written.
    IndexBroken,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// A digest or a name.
    pub what: String,
    /// Why.
    pub reason: DropReason,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LayoutReport {
    /// The images.
    pub images: Vec<WrittenImage>,
    /// The layers, each once.
    pub layers: Vec<WrittenLayer>,
    /// What was left out.
    pub dropped: Vec<Dropped>,
}

impl LayoutReport {
    pub(super) fn drop(&mut self, what: impl Into<String>, reason: DropReason) {
        self.dropped.push(Dropped { what: what.into(), reason });
    }

    /// The same with everything told once.
    pub(super) fn once(mut self) -> Self {
        let mut told = BTreeSet::new();
        self.dropped.retain(|dropped| told.insert((dropped.what.clone(), dropped.reason)));
        self
    }
}
