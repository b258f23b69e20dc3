//! Why a layer cannot be copied.

use crate::codec::{CodecError, EncodeError};
use crate::digest::Digest;
use crate::error::{ErrorKind, Reason};

/// Why a layer cannot be copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerCopyError {
    /// The stored bytes have another length than they should, or are already more.
    #[error("the layer should have {expected} bytes, found {found}")]
    Size {
        /// How many there should be.
        expected: u64,
        /// How many there are, or were when it was noticed.
        found: u64,
    },
    /// The stored bytes have another digest than they should.
    #[error("the layer should be {expected}, found {found}")]
    Digest {
        /// What it should be.
        expected: Box<Digest>,
        /// What it is.
        found: Box<Digest>,
    },
    /// The tar has another digest than the config says.
    #[error("the layer should have the diff id {expected}, found {found}")]
    DiffId {
        /// What it should be.
        expected: Box<Digest>,
        /// What it is.
        found: Box<Digest>,
    },
    /// The stored bytes do not decompress.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The wanted form cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The receiver of the bytes failed before, so that what follows cannot be copied.
    #[error("the copy was stopped by the receiver of its output")]
    Stopped,
}

impl Reason for LayerCopyError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Size { .. } | Self::Digest { .. } | Self::DiffId { .. } => ErrorKind::Corrupt,
            Self::Codec(error) => error.kind(),
            Self::Encode(error) => error.kind(),
            Self::Stopped => ErrorKind::Aborted,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Size { .. } => "layer-copy-size",
            Self::Digest { .. } => "layer-copy-digest",
            Self::DiffId { .. } => "layer-copy-diff-id",
            Self::Codec(error) => error.code(),
            Self::Encode(error) => error.code(),
            Self::Stopped => "layer-copy-stopped",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Codec(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Size { expected, .. } => Some(expected.to_string()),
            Self::Digest { expected, .. } | Self::DiffId { expected, .. } => Some(expected.to_string()),
            Self::Codec(error) => error.expected(),
            Self::Encode(error) => error.expected(),
            Self::Stopped => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Size { found, .. } => Some(found.to_string()),
            Self::Digest { found, .. } | Self::DiffId { found, .. } => Some(found.to_string()),
            Self::Codec(error) => error.found(),
            Self::Encode(error) => error.found(),
            Self::Stopped => None,
        }
    }
}
