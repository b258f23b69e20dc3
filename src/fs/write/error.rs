//! Why images cannot be written to disk.

use std::io;
use std::path::PathBuf;

use crate::archive::{ExtractError, LayoutError, RepackError};
use crate::error::{ErrorKind, Reason};
use crate::fs::{FileError, LayerIoError, UnpackError};
use crate::layer::LayerCopyError;
use crate::tar::TarWriteError;

/// Why images cannot be written to disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk, or the share of it that may be used, is full.
    #[error("no space is left to {action} {}: {source}", path.display())]
    Full {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is something at the place already.
    #[error("{} is there already", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The layout is that of a folder.
    #[error("a folder of skopeo's dir: cannot be written into a file")]
    FolderOnly,
    /// The stored bytes of a layer cannot be read.
    #[error("cannot read the layer {entry}: {source}")]
    Read {
        /// The layer.
        entry: String,
        /// What the system said.
        source: io::Error,
    },
    /// A layer is not the one that is declared, is damaged, or cannot have the form that is asked for.
    #[error("the layer {entry}: {source}")]
    Layer {
        /// The layer.
        entry: String,
        /// What is wrong.
        source: LayerCopyError,
    },
    /// A layer has another length than was found before: it changed in between.
    #[error("the layer {entry} has {found} bytes, not {expected} as before")]
    Changed {
        /// The layer.
        entry: String,
        /// Bytes that were announced.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
    /// The images cannot be written in that layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A part of an image cannot be had.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// An image cannot be made anew.
    #[error(transparent)]
    Repack(#[from] RepackError),
    /// A tar cannot hold a member.
    #[error(transparent)]
    Tar(#[from] TarWriteError),
    /// The file that is read cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file that is read does not decompress.
    #[error("{}: {source}", path.display())]
    Packed {
        /// The file.
        path: PathBuf,
        /// Why.
        source: crate::codec::CodecError,
    },
    /// The caller ended the work.
    #[error("the work was ended by the caller")]
    Aborted,
}

impl WriteError {
    /// What the operating system refused; a full disk is told apart.
    pub(in crate::fs) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
        source: impl Into<io::Error>,
    ) -> Self {
        let (path, source) = (path.into(), source.into());
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { action, path, source },
            _ => Self::Io { action, path, source },
        }
    }

    /// What went wrong with a layer on its way to `path`.
    pub(in crate::fs) fn layer(entry: &str, path: impl Into<PathBuf>, error: LayerIoError) -> Self {
        let entry = entry.to_owned();
        match error {
            LayerIoError::Read { source } => Self::Read { entry, source },
            LayerIoError::Write { source } => Self::io("write", path, source),
            LayerIoError::Copy(source) => Self::Layer { entry, source },
        }
    }

    /// What went wrong while something was staged.
    pub(in crate::fs) fn staged(error: UnpackError, read: impl Into<PathBuf>) -> Self {
        match error {
            UnpackError::Io { action, path, source } => Self::Io { action, path, source },
            UnpackError::Full { action, path, source } => Self::Full { action, path, source },
            UnpackError::Exists { path } => Self::Exists { path },
            UnpackError::Codec(source) => Self::Packed { path: read.into(), source },
            UnpackError::File(source) => Self::File(source),
            other => Self::io("write", read, io::Error::other(other)),
        }
    }
}

impl Reason for WriteError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } | Self::Full { .. } | Self::Read { .. } => ErrorKind::Io,
            Self::Exists { .. } => ErrorKind::Conflict,
            Self::FolderOnly => ErrorKind::Unsupported,
            Self::Layer { source, .. } => source.kind(),
            Self::Changed { .. } => ErrorKind::Corrupt,
            Self::Layout(source) => source.kind(),
            Self::Extract(source) => source.kind(),
            Self::Repack(source) => source.kind(),
            Self::Tar(source) => source.kind(),
            Self::File(source) => source.kind(),
            Self::Packed { source, .. } => source.kind(),
            Self::Aborted => ErrorKind::Aborted,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "write-io",
            Self::Full { .. } => "write-full",
            Self::Exists { .. } => "write-exists",
            Self::FolderOnly => "write-folder-only",
            Self::Read { .. } => "write-layer-read",
            Self::Layer { source, .. } => source.code(),
            Self::Changed { .. } => "write-changed",
            Self::Layout(source) => source.code(),
            Self::Extract(source) => source.code(),
            Self::Repack(source) => source.code(),
            Self::Tar(source) => source.code(),
            Self::File(source) => source.code(),
            Self::Packed { source, .. } => source.code(),
            Self::Aborted => "write-aborted",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Layer { source, .. } => source.offset(),
            Self::File(source) => source.offset(),
            Self::Packed { source, .. } => source.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Layer { source, .. } => source.expected(),
            Self::Changed { expected, .. } => Some(expected.to_string()),
            Self::Layout(source) => source.expected(),
            Self::Repack(source) => source.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Layer { source, .. } => source.found(),
            Self::Changed { found, .. } => Some(found.to_string()),
            Self::Layout(source) => source.found(),
            Self::Repack(source) => source.found(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. }
            | Self::Full { path, .. }
            | Self::Exists { path }
            | Self::Packed { path, .. } => Some(path.display().to_string()),
            Self::Read { entry, .. } | Self::Layer { entry, .. } | Self::Changed { entry, .. } => {
                Some(entry.clone())
            }
            Self::Layout(source) => source.path(),
            Self::Extract(source) => source.path(),
            Self::Repack(source) => source.path(),
            Self::File(source) => source.path(),
            _ => None,
        }
    }
}
