//! What layers are made one with, and what is told of it.

use serde::Serialize;

use crate::finding::Finding;
use crate::json::size;
use crate::layer::normalise::{EntryOwners, EntryTimes};
use crate::layer::patterns::PathPatterns;
use crate::tar::WriteFormat;

/// How layers are made one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SquashOptions {
    /// What is left out: as if it had never been in any of the layers, those below the range included.
    pub drop: PathPatterns,
    /// The times.
    pub times: EntryTimes,
    /// The owners.
    pub owners: EntryOwners,
    /// Only this folder and what is in it. Links in its path are followed within the tree.
    pub folder: Option<Vec<u8>>,
    /// Names are relative to the folder; without it they stay, and the directories above the folder are written as well. A
    /// hard link to what lies outside of the folder becomes a file of its own either way.
    pub strip_folder: bool,
    /// The header family.
    pub format: WriteFormat,
}

/// What became of the layers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SquashReport {
    /// Entries of the layers in the range.
    #[serde(serialize_with = "size::serialize")]
    pub entries_before: u64,
    /// Bytes of their regular files.
    #[serde(serialize_with = "size::serialize")]
    pub content_before: u64,
    /// Entries that were written, deletion marks included.
    #[serde(serialize_with = "size::serialize")]
    pub entries: u64,
    /// Bytes of regular files that were written.
    #[serde(serialize_with = "size::serialize")]
    pub content: u64,
    /// Deletion marks that were written.
    #[serde(serialize_with = "size::serialize")]
    pub whiteouts: u64,
    /// Paths that a pattern left out, and the range wrote or deleted.
    #[serde(serialize_with = "size::serialize")]
    pub dropped: u64,
    /// Bytes of the regular files among them.
    #[serde(serialize_with = "size::serialize")]
    pub dropped_content: u64,
    /// Files whose contents come from a layer below the range, because what a hard link led to there is gone.
    #[serde(serialize_with = "size::serialize")]
    pub brought_up: u64,
    /// What could not be written, and what is unusual in the layers.
    pub findings: Vec<Finding>,
    /// Findings that were not kept.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
}
