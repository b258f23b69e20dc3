//! Packing a folder into a layer, or what changed in it.

mod describe;
mod error;
mod output;
mod walk;

use std::io::Write;
use std::path::Path;

use serde::Serialize;

pub use error::PackError;

use super::unpack::Whiteouts;
use crate::digest::Digest;
use crate::finding::Finding;
use crate::json::size;
use crate::limits::Limits;
use crate::tar::{Timestamp, WriteFormat};
use walk::Packer;

/// The times of what is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PackTimes {
    /// Those of the files.
    #[default]
    Keep,
    /// Those of the files, but none later than this: what reproducible builds call `SOURCE_DATE_EPOCH`.
    NotAfter(Timestamp),
    /// This one for all.
    Set(Timestamp),
}

/// The owners of what is packed. Names of users and groups are never packed: they mean another number elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PackOwners {
    /// Those of the files.
    #[default]
    Keep,
    /// This one for all.
    Set {
        /// Number of the user.
        uid: u32,
        /// Number of the group.
        gid: u32,
    },
}

/// How a folder is packed. The same files and options give the same bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct PackOptions {
    /// The header family.
    pub format: WriteFormat,
    /// The times.
    pub times: PackTimes,
    /// The owners.
    pub owners: PackOwners,
    /// What the folder holds instead of deletion marks. With [`Whiteouts::Apply`] it holds none, and a file whose name would
    /// become one is left out and reported; with [`Whiteouts::Overlay`] it is the upper folder of an overlay; with
    /// [`Whiteouts::Keep`] it holds files of their names.
    pub whiteouts: Whiteouts,
    /// Write holes as such. Whether a file has holes depends on the file system, and so would the bytes of the layer.
    pub sparse: bool,
    /// Compare files by their contents where size and times are the same. Docker does not.
    pub compare_contents: bool,
    /// Limits: `unpack_depth` on folders within folders, `layer_entries`, and `unpacked_bytes` on what is written.
    pub limits: Limits,
}

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackReport {
    /// SHA-256 of the tar.
    pub diff_id: Digest,
    /// Its bytes.
    #[serde(serialize_with = "size::serialize")]
    pub tar_size: u64,
    /// Its entries.
    #[serde(serialize_with = "size::serialize")]
    pub entries: u64,
    /// Bytes of regular files, holes included.
    #[serde(serialize_with = "size::serialize")]
    pub content_size: u64,
    /// What was left out, and why.
    pub findings: Vec<Finding>,
    /// Findings that were not kept.
    #[serde(serialize_with = "size::serialize")]
    pub more_findings: u64,
}

/// Packs all below a folder into a layer: an uncompressed tar, in the order of the names' bytes.
///
/// No link is followed. Names of the same file become hard links. Sockets are left out. Of extended attributes those are
/// packed that a layer may set: `user.*`, `trusted.*` but for those of overlay file systems, and `security.capability`.
///
/// # Errors
/// The folder cannot be read or the tar not be written, something changes meanwhile, or a limit is passed.
///
/// ```
/// use layerglass::fs::{PackOptions, PackOwners, PackTimes, pack};
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// std::fs::write(folder.join("hostname"), "moon\n")?;
/// let options = PackOptions {
///     times: PackTimes::Set(Default::default()),
///     owners: PackOwners::Set { uid: 0, gid: 0 },
///     ..PackOptions::default()
/// };
/// let mut layer = Vec::new();
/// let report = pack(folder, &options, &mut layer)?;
/// assert_eq!((report.entries, layer.len()), (1, 2048));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pack(
    folder: impl AsRef<Path>,
    options: &PackOptions,
    to: impl Write,
) -> Result<PackReport, PackError> {
    Packer::new(folder.as_ref(), options, to).run(None)
}

/// Packs what changed in a folder against another into a layer that turns that one into this one.
///
/// Something has changed when its kind, size, mode, owner, device, link target or packed attributes are others, or its time;
/// of folders the time does not count, nor the size. Those are Docker's rules, but that Docker looks at no attribute but
/// `security.capability` and at no link's target. As Docker does, folders above a change are packed as well, and times of
/// which one has no fraction of a second are compared without it. What is gone gets a deletion mark.
///
/// # Errors
/// As [`pack`].
pub fn pack_changes(
    folder: impl AsRef<Path>,
    base: impl AsRef<Path>,
    options: &PackOptions,
    to: impl Write,
) -> Result<PackReport, PackError> {
    Packer::new(folder.as_ref(), options, to).run(Some(base.as_ref()))
}
