//! Why images cannot be written as a tar.

use super::LayoutError;
use crate::error::{ErrorKind, Reason};
use crate::layer::LayerCopyError;
use crate::tar::TarWriteError;

/// Why images cannot be written as a tar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// What they hold cannot be laid out.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A layer is not what it should be.
    #[error("{entry}: {source}")]
    Layer {
        /// What messages call the layer.
        entry: String,
        /// What is wrong.
        source: LayerCopyError,
    },
    /// A layer has another size than its header says.
    #[error("{entry}: {found} bytes are written, and {expected} were expected")]
    Size {
        /// What messages call the layer.
        entry: String,
        /// As expected.
        expected: u64,
        /// As found.
        found: u64,
    },
    /// A tar cannot say it.
    #[error("{path}: {source}")]
    Tar {
        /// Path of the member.
        path: String,
        /// Why.
        source: TarWriteError,
    },
}

impl Reason for StreamError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Layout(source) => source.kind(),
            Self::Layer { source, .. } => source.kind(),
            Self::Size { .. } => ErrorKind::Corrupt,
            Self::Tar { source, .. } => source.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Layout(source) => source.code(),
            Self::Layer { source, .. } => source.code(),
            Self::Size { .. } => "layer-size",
            Self::Tar { source, .. } => source.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Layer { source, .. } => source.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Layout(source) => source.expected(),
            Self::Layer { source, .. } => source.expected(),
            Self::Size { expected, .. } => Some(expected.to_string()),
            Self::Tar { source, .. } => source.expected(),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Layout(source) => source.found(),
            Self::Layer { source, .. } => source.found(),
            Self::Size { found, .. } => Some(found.to_string()),
            Self::Tar { source, .. } => source.found(),
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Layout(source) => source.path(),
            Self::Layer { entry, .. } | Self::Size { entry, .. } => Some(entry.clone()),
            Self::Tar { path, .. } => Some(path.clone()),
        }
    }
}
