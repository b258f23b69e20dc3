//! Why a SIF file on disk, or a folder of them, cannot be worked with.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;
use crate::reference::ImageNamesError;
use crate::sif::SifError;
use crate::store::{BackendError, RecordError};

/// Why a SIF file on disk, or a folder of them, cannot be worked with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SifFileError {
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
    /// The file is no SIF file, or is damaged.
    #[error("{}: {source}", path.display())]
    Sif {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: SifError,
    },
    /// The path of an image cannot be written down: it is not UTF-8.
    #[error("the path {} is not UTF-8, so that no record can name it", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The path of an image is no name of a local file.
    #[error("{0}")]
    Name(#[from] ImageNamesError),
    /// The folder's records cannot be read or written.
    #[error("{0}")]
    Storage(#[from] BackendError),
    /// A change of the records was refused.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// A limit was passed.
    #[error("{0}")]
    Limit(#[from] LimitExceeded),
}

impl SifFileError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}

impl Reason for SifFileError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } => ErrorKind::Io,
            Self::Sif { source, .. } => source.kind(),
            Self::Path { .. } => ErrorKind::Unsupported,
            Self::Name(error) => error.kind(),
            Self::Storage(error) => error.kind(),
            Self::Record(error) => error.kind(),
            Self::Limit(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "file-io",
            Self::Sif { source, .. } => source.code(),
            Self::Path { .. } => "path-utf8",
            Self::Name(error) => error.code(),
            Self::Storage(error) => error.code(),
            Self::Record(error) => error.code(),
            Self::Limit(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Sif { source, .. } => source.offset(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. } | Self::Sif { path, .. } | Self::Path { path } => {
                Some(path.display().to_string())
            }
            Self::Storage(error) => error.path(),
            _ => None,
        }
    }
}
