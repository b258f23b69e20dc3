//! What one pass over a layer found.

use serde::Serialize;

use crate::codec::Compression;
use crate::digest::Digest;
use crate::finding::{ErrorData, Finding};
use crate::json::size;

/// What one pass over a layer found: its digests, sizes and counts, and all that is unusual in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerReport {
    /// SHA-256 of the stored bytes.
    pub digest: Digest,
    /// SHA-256 of the uncompressed tar; absent when the bytes do not decompress to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<Digest>,
    /// What the stored bytes are compressed with.
    pub compression: Compression,
    /// Number of stored bytes.
    #[serde(serialize_with = "size::serialize")]
    pub stored_size: u64,
    /// Bytes of the uncompressed tar, as far as it could be read.
    #[serde(serialize_with = "size::serialize")]
    pub tar_size: u64,
    /// Entries of the tar, deletion marks included.
    pub entries: u32,
    /// Regular files.
    pub files: u32,
    /// Directories.
    pub directories: u32,
    /// Symbolic links.
    pub symlinks: u32,
    /// Hard links.
    pub hardlinks: u32,
    /// Character and block devices.
    pub devices: u32,
    /// Deletion marks, counted among the files as well.
    pub whiteouts: u32,
    /// Bytes of regular files as unpacked.
    #[serde(serialize_with = "size::serialize")]
    pub content_size: u64,
    /// Why the layer could not be read to its end; what came before it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorData>,
    /// What is unusual in it.
    pub findings: Vec<Finding>,
    /// Findings that were not kept.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
}
