//! Why layers cannot be made one.

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;
use crate::tar::{TarError, TarWriteError};

/// Why layers cannot be made one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SquashError {
    /// The range does not lie within the layers, or is empty.
    #[error("there are no layers {start} to {end}: there are {count}")]
    Range {
        /// The first layer asked for, counted from 0.
        start: usize,
        /// The layer after the last one asked for.
        end: usize,
        /// How many there are.
        count: usize,
    },
    /// Another limit is passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The folder that is asked for is not in the tree.
    #[error("there is no folder {} in the image", shown(path))]
    NoFolder {
        /// Its path.
        path: Vec<u8>,
    },
    /// A folder is asked for of layers that do not begin with the lowest.
    #[error("a folder can be had of all layers from the lowest on only")]
    FolderOfRange,
    /// No deletion mark can say that something is gone: its name looks like one itself.
    #[error("no deletion mark can name {}", shown(path))]
    Unmarkable {
        /// The path that is gone.
        path: Vec<u8>,
    },
    /// A layer's tar is damaged.
    #[error("layer {layer}: {source}")]
    Tar {
        /// Which layer, counted from 0.
        layer: usize,
        /// What is wrong with it.
        source: TarError,
    },
    /// A layer's tar is not the one that was scanned.
    #[error("layer {layer} is not the one that was scanned: entry {entry} differs")]
    Differs {
        /// Which layer, counted from 0.
        layer: usize,
        /// Which entry of its tar, counted from 0.
        entry: u32,
    },
    /// The contents of a member are not written as its header says.
    #[error(transparent)]
    Write(#[from] TarWriteError),
}

fn shown(path: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(path)
}

impl Reason for SquashError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Range { .. } | Self::NoFolder { .. } => ErrorKind::NotFound,
            Self::Limit(_) => ErrorKind::Limit,
            Self::FolderOfRange | Self::Unmarkable { .. } => ErrorKind::Unsupported,
            Self::Tar { source, .. } => source.kind(),
            Self::Differs { .. } => ErrorKind::Corrupt,
            Self::Write(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Range { .. } => "squash-range",
            Self::Limit(error) => error.code(),
            Self::NoFolder { .. } => "squash-no-folder",
            Self::FolderOfRange => "squash-folder-of-range",
            Self::Unmarkable { .. } => "squash-unmarkable",
            Self::Tar { source, .. } => source.code(),
            Self::Differs { .. } => "squash-differs",
            Self::Write(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Tar { source, .. } => source.offset(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::NoFolder { path } | Self::Unmarkable { path } => Some(shown(path).into_owned()),
            Self::Write(error) => error.path(),
            _ => None,
        }
    }
}
