//! Why layers cannot be unpacked.

use std::io;
use std::path::PathBuf;

use crate::codec::CodecError;
use crate::error::{ErrorKind, Reason};
use crate::fs::FileError;
use crate::limits::LimitExceeded;
use crate::tar::TarError;

/// Why layers cannot be unpacked.
///
/// What is wrong with single entries does not end the work: it is in the report's findings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
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
    /// The bytes of a layer could not be read.
    #[error("cannot read the layer: {source}")]
    Read {
        /// What the reader said.
        source: io::Error,
    },
    /// The layer does not decompress.
    #[error("the layer does not decompress: {0}")]
    Codec(#[from] CodecError),
    /// The layer is no tar, or a damaged one.
    #[error("the layer is damaged: {0}")]
    Tar(#[from] TarError),
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// There is something at the place already.
    #[error("{} is there already and not an empty folder", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// A layer's bytes are not those that were declared.
    #[error("layer {layer} has the digest {found}, not {expected} as declared")]
    Digest {
        /// Position of the layer in its image, from 0.
        layer: usize,
        /// The declared digest.
        expected: String,
        /// The computed one.
        found: String,
    },
    /// A layer of the image is not in the file.
    #[error("layer {layer} of the image is not in the file")]
    Absent {
        /// Position of the layer in its image, from 0.
        layer: usize,
    },
    /// The file has no image of that number.
    #[error("the file has no image {image}: it holds {count}")]
    NoImage {
        /// The number, from 0.
        image: usize,
        /// How many there are.
        count: usize,
    },
    /// The image file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UnpackError {
    /// What the operating system refused; a full disk is told apart.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        let (path, source) = (path.into(), source.into());
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { action, path, source },
            _ => Self::Io { action, path, source },
        }
    }
}

impl Reason for UnpackError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } | Self::Full { .. } | Self::Read { .. } => ErrorKind::Io,
            Self::Codec(source) => source.kind(),
            Self::Tar(source) => source.kind(),
            Self::Limit(source) => source.kind(),
            Self::Exists { .. } => ErrorKind::Conflict,
            Self::Digest { .. } => ErrorKind::Corrupt,
            Self::Absent { .. } | Self::NoImage { .. } => ErrorKind::NotFound,
            Self::File(source) => source.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "unpack-io",
            Self::Full { .. } => "unpack-full",
            Self::Read { .. } => "unpack-read",
            Self::Codec(source) => source.code(),
            Self::Tar(source) => source.code(),
            Self::Limit(source) => source.code(),
            Self::Exists { .. } => "unpack-exists",
            Self::Digest { .. } => "unpack-digest",
            Self::Absent { .. } => "unpack-layer-absent",
            Self::NoImage { .. } => "unpack-no-image",
            Self::File(source) => source.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Codec(source) => source.offset(),
            Self::Tar(source) => source.offset(),
            Self::File(source) => source.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Digest { expected, .. } => Some(expected.clone()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Digest { found, .. } => Some(found.clone()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Io { path, .. } | Self::Full { path, .. } | Self::Exists { path } => {
                Some(path.display().to_string())
            }
            Self::File(source) => source.path(),
            _ => None,
        }
    }
}
