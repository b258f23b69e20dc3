//! Unpacking layers into a folder.

mod attributes;
mod error;
mod folders;
mod make;
mod open;
mod pipeline;
mod place;
mod placed;
mod plain;
mod remove;
mod report;
mod staged;
mod whole;

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use folders::Folders;
use place::{Counts, Placer};
use placed::Placed;

pub use error::UnpackError;
pub(in crate::fs) use plain::Shortcomings;
pub use report::{Denied, UnpackReport};
pub(in crate::fs) use staged::Staged;

use crate::codec::Compression;
use crate::finding::{Finding, Findings, Severity};
use crate::limits::Limits;
use crate::tar::{Reader, Trailer};

/// What becomes of deletion marks (image-spec `layer.md`, Whiteouts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Whiteouts {
    /// They delete what lower layers hold: the folder becomes the file system that a container sees.
    #[default]
    Apply,
    /// They become what the overlay file system takes for them: character devices 0:0 and the attribute
    /// `trusted.overlay.opaque`. The folder becomes that of one layer, as Docker's `overlay2` keeps it. For root only.
    Overlay,
    /// They become files of their names.
    Keep,
}

/// How layers are unpacked.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnpackOptions {
    /// What becomes of deletion marks.
    pub whiteouts: Whiteouts,
    /// Limits on what the layers may hold. `unpacked_bytes` bounds what is written of each.
    pub limits: Limits,
    /// Wait until all is on the disk before a whole image appears at its place. Without it a power failure soon after may
    /// leave files without their contents there; the end of the process never does.
    pub sync: bool,
}

/// Unpacks layers into a folder that is there, the lowest first.
///
/// Whatever the layers say, nothing outside the folder is read, written or named: `..` and absolute names are resolved inside
/// it, links are followed as if it were the root of the file system, and a link that somebody puts into the way while this
/// works is not followed either. What an entry says and cannot be done is left out and reported; the others are unpacked.
///
/// Deletion marks act on what lower layers hold and spare the layer's own entries, wherever in the tar they stand. Only an
/// entry that reached into something through what a later mark deletes, by a symbolic or a hard link, has done so.
///
/// After an error the folder holds a part of the layer. [`unpack`](super::ImageFile::unpack) does it wholly or not at all.
///
/// ```
/// use layerglass::fs::{UnpackOptions, Unpacker};
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// # let mut writer = layerglass::tar::Writer::new(Default::default());
/// # let entry = layerglass::tar::Entry::new("etc", layerglass::tar::EntryKind::Directory);
/// # let mut layer = writer.entry(&entry).unwrap().to_vec();
/// # layer.extend(writer.finish().unwrap());
/// let mut unpacker = Unpacker::new(folder, &UnpackOptions::default())?;
/// let report = unpacker.layer(&layer[..])?; // a tar, plain or in any compression
/// assert_eq!((report.entries, report.findings.len()), (1, 0));
/// assert!(folder.join("etc").is_dir());
/// # Ok::<(), layerglass::fs::UnpackError>(())
/// ```
pub struct Unpacker {
    folders: Folders,
    options: UnpackOptions,
    /// Nothing is in the folder yet.
    is_empty: bool,
}

impl Unpacker {
    /// Opens the folder. It may hold something: then that is what lies below the first layer.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn new(root: impl AsRef<Path>, options: &UnpackOptions) -> Result<Self, UnpackError> {
        let root = root.as_ref();
        let mut found = root.read_dir().map_err(|error| UnpackError::io("open", root, error))?;
        let is_empty = found.next().is_none();
        Ok(Self { folders: Folders::new(root, &options.limits)?, options: *options, is_empty })
    }

    /// Unpacks the next layer: a tar, plain or in any compression. It is read, decompressed, hashed and written at the same
    /// time, each in a thread of its own.
    ///
    /// # Errors
    /// The layer cannot be read to its end, passes a limit, or cannot be written.
    pub fn layer(&mut self, tar: impl Read + Send) -> Result<UnpackReport, UnpackError> {
        let limits = self.options.limits;
        let (passed, written) = self.write(|write| pipeline::pass(tar, &limits, write))?;
        let Written { counts, findings, trailer } = written;
        let findings = trailing(findings, &trailer, &passed);
        let (findings, more_findings) = findings.into_parts();
        Ok(UnpackReport {
            digest: passed.digest,
            diff_id: passed.diff_id,
            compression: passed.compression,
            stored_size: passed.stored_size,
            tar_size: passed.tar_size,
            entries: counts.entries,
            content_size: counts.content_size,
            whiteouts: counts.whiteouts,
            denied: counts.denied,
            findings,
            more_findings,
        })
    }

    /// Writes the entries of the next layer, whose tar is handed over uncompressed and piece by piece.
    fn write<P>(
        &mut self,
        pass: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), UnpackError>) -> Result<P, UnpackError>,
    ) -> Result<(P, Written), UnpackError> {
        // What lies below is spared nothing in a first layer, and overlay marks delete nothing.
        let is_first = std::mem::replace(&mut self.is_empty, false);
        let marks = !is_first && self.options.whiteouts == Whiteouts::Apply;
        self.folders.placed = marks.then(Placed::default);
        let limits = &self.options.limits;
        let mut reader = Reader::new(limits);
        let mut placer = Placer::new(&mut self.folders, self.options.whiteouts, limits, is_first);
        let passed = pass(&mut |mut bytes| {
            while let Some(event) = reader.next(&mut bytes)? {
                placer.event(&event)?;
            }
            Ok(())
        })?;
        let trailer = reader.finish()?;
        let Placer { findings, counts, .. } = placer;
        self.folders.leave_all()?;
        Ok((passed, Written { counts, findings, trailer }))
    }
}

/// What is told of a layer that was written.
struct Written {
    counts: Counts,
    findings: Findings,
    trailer: Trailer,
}

impl std::fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unpacker")
            .field("root", &self.folders.shown(b""))
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What follows the end of the tar and of its compressed form.
fn trailing(mut findings: Findings, trailer: &Trailer, passed: &pipeline::Passed) -> Findings {
    if let Some(trailing) = passed.trailing.filter(|_| passed.compression != Compression::None) {
        findings.push(|| {
            let message = format!(
                "{} bytes follow the last {} member and are ignored",
                trailing.bytes,
                passed.compression.as_str()
            );
            Finding::new(Severity::Warning, "trailing-bytes", message).at_offset(trailing.offset)
        });
    }
    if let Some(offset) = trailer.data_offset {
        let code = if trailer.end_blocks < 2 { "lone-zero-block" } else { "data-after-end" };
        findings.push(|| {
            let message = format!("{} bytes follow the tar's end marker", trailer.bytes);
            Finding::new(Severity::Info, code, message).at_offset(offset)
        });
    }
    findings
}

/// Names are bytes, as the system has them.
pub(super) fn path_of(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}
