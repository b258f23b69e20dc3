//! Why a file on disk cannot be opened or scanned.

use std::io;
use std::path::PathBuf;

use crate::archive::ArchiveError;
use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a file on disk cannot be opened or scanned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
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
    /// The file is not one that holds images, or is damaged.
    #[error("{}: {source}", path.display())]
    Archive {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: ArchiveError,
    },
    /// The folder passes a limit.
    #[error("{}: {source}", path.display())]
    Limit {
        /// Which folder.
        path: PathBuf,
        /// The limit.
        source: LimitExceeded,
    },
}

impl Reason for FileError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } => ErrorKind::Io,
            Self::Archive { source, .. } => source.kind(),
            Self::Limit { .. } => ErrorKind::Limit,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "file-io",
            Self::Archive { source, .. } => source.code(),
            Self::Limit { source, .. } => source.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Archive { source, .. } => source.offset(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. } | Self::Archive { path, .. } | Self::Limit { path, .. } => {
                Some(path.display().to_string())
            }
        }
    }
}
