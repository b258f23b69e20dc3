//! Why a folder cannot be packed.

use std::io;
use std::path::PathBuf;

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;
use crate::tar::TarWriteError;

/// Why a folder cannot be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
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
    /// The layer could not be written to where it goes.
    #[error("cannot write the layer: {source}")]
    Write {
        /// What the writer said.
        source: io::Error,
    },
    /// A file became something else, or shorter, while it was read.
    #[error("{} changed while it was packed", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A tar cannot hold what the folder does.
    #[error(transparent)]
    Tar(#[from] TarWriteError),
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl PackError {
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self::Io { action, path: path.into(), source: source.into() }
    }
}

impl Reason for PackError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } | Self::Write { .. } => ErrorKind::Io,
            Self::Changed { .. } => ErrorKind::Conflict,
            Self::Tar(source) => source.kind(),
            Self::Limit(source) => source.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "pack-io",
            Self::Write { .. } => "pack-write",
            Self::Changed { .. } => "pack-changed",
            Self::Tar(source) => source.code(),
            Self::Limit(source) => source.code(),
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. } | Self::Changed { path } => Some(path.display().to_string()),
            Self::Tar(source) => source.path(),
            _ => None,
        }
    }
}
