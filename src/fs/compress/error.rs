//! Why a layer cannot be copied from one place to another.

use std::io;

use crate::codec::{CodecError, EncodeError};
use crate::error::{ErrorKind, Reason};
use crate::layer::LayerCopyError;

/// Why a layer cannot be copied from one place to another.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerIoError {
    /// The stored bytes cannot be read.
    #[error("cannot read the layer: {source}")]
    Read {
        /// What the system said.
        source: io::Error,
    },
    /// The wanted form cannot be written.
    #[error("cannot write the layer: {source}")]
    Write {
        /// What the system said.
        source: io::Error,
    },
    /// The layer is not the expected one, is damaged, or cannot have the wanted form.
    #[error(transparent)]
    Copy(#[from] LayerCopyError),
}

impl From<CodecError> for LayerIoError {
    fn from(error: CodecError) -> Self {
        Self::Copy(error.into())
    }
}

impl From<EncodeError> for LayerIoError {
    fn from(error: EncodeError) -> Self {
        Self::Copy(error.into())
    }
}

impl Reason for LayerIoError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Read { .. } | Self::Write { .. } => ErrorKind::Io,
            Self::Copy(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "layer-read",
            Self::Write { .. } => "layer-write",
            Self::Copy(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Copy(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Copy(error) => error.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Copy(error) => error.found(),
            _ => None,
        }
    }
}
