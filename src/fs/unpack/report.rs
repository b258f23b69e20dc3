//! What unpacking a layer did, and what it could not do.

use serde::Serialize;

use crate::codec::Compression;
use crate::digest::Digest;
use crate::finding::Finding;
use crate::json::size;

/// What unpacking a layer did, and what it could not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnpackReport {
    /// SHA-256 of the stored bytes.
    pub digest: Digest,
    /// SHA-256 of the uncompressed tar.
    pub diff_id: Digest,
    /// What the stored bytes are compressed with.
    pub compression: Compression,
    /// Number of stored bytes.
    #[serde(serialize_with = "size::serialize")]
    pub stored_size: u64,
    /// Bytes of the uncompressed tar.
    #[serde(serialize_with = "size::serialize")]
    pub tar_size: u64,
    /// Entries of the tar, deletion marks included.
    #[serde(serialize_with = "size::serialize")]
    pub entries: u64,
    /// Bytes of regular files, holes included: what Docker calls the size of a layer.
    #[serde(serialize_with = "size::serialize")]
    pub content_size: u64,
    /// Deletion marks.
    #[serde(serialize_with = "size::serialize")]
    pub whiteouts: u64,
    /// What the archive says and the folder does not hold, because the system did not permit it.
    pub denied: Denied,
    /// Each entry that was not placed or lacks something, and all that is unusual.
    pub findings: Vec<Finding>,
    /// Findings that were not kept.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
}

/// How many entries lack what only a privileged process, or another file system, could have given them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Denied {
    /// Owner or group is another. Set-id bits are left out then: they would lend the rights of the wrong user.
    #[serde(serialize_with = "size::serialize")]
    pub owners: u64,
    /// Devices that were not made.
    #[serde(serialize_with = "size::serialize")]
    pub devices: u64,
    /// Entries that lack extended attributes.
    #[serde(serialize_with = "size::serialize")]
    pub xattrs: u64,
    /// Times that the file system cannot hold.
    #[serde(serialize_with = "size::serialize")]
    pub times: u64,
}
