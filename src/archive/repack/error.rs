//! Why an image cannot be made anew.

use crate::archive::{ArchiveError, ExtractError, LayoutError};
use crate::error::{ErrorKind, Reason};
use crate::finding::ErrorData;
use crate::image::ConfigError;

/// Why an image cannot be made anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepackError {
    /// The archive cannot answer.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The layers cannot be made one.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The image's documents do not hold together.
    #[error(transparent)]
    Layout(#[from] Box<LayoutError>),
    /// The config cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The config tells of another number of layers.
    #[error("the config has {expected} diff ids, and the image {found} layers")]
    LayerCount {
        /// Layers that the config tells of.
        expected: usize,
        /// Layers that there are.
        found: usize,
    },
    /// A range of layers is empty, does not lie within the layers, or has a layer that another range has.
    #[error(
        "layers {start} to {end} cannot become one: there are {count}, and each belongs to one range at most"
    )]
    Range {
        /// The first layer, counted from 0.
        start: usize,
        /// The layer after the last one.
        end: usize,
        /// How many there are.
        count: usize,
    },
    /// A layer could not be read to its end when it was scanned.
    #[error("layer {layer} is damaged: {}", error.message)]
    Damaged {
        /// Which layer, counted from 0.
        layer: usize,
        /// What the scan found.
        error: Box<ErrorData>,
    },
    /// Not all layers are done.
    #[error("not all layers are done")]
    Unfinished,
}

impl From<LayoutError> for RepackError {
    fn from(error: LayoutError) -> Self {
        Self::Layout(Box::new(error))
    }
}

impl Reason for RepackError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Archive(error) => error.kind(),
            Self::Extract(error) => error.kind(),
            Self::Layout(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::LayerCount { .. } | Self::Damaged { .. } => ErrorKind::Corrupt,
            Self::Range { .. } => ErrorKind::NotFound,
            Self::Unfinished => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Archive(error) => error.code(),
            Self::Extract(error) => error.code(),
            Self::Layout(error) => error.code(),
            Self::Config(error) => error.code(),
            Self::LayerCount { .. } => "repack-layer-count",
            Self::Range { .. } => "repack-range",
            Self::Damaged { .. } => "repack-damaged",
            Self::Unfinished => "repack-unfinished",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Extract(error) => error.offset(),
            Self::Config(error) => error.offset(),
            Self::Damaged { error, .. } => error.offset,
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::LayerCount { expected, .. } => Some(expected.to_string()),
            Self::Layout(error) => error.expected(),
            Self::Config(error) => error.expected(),
            Self::Damaged { error, .. } => error.expected.clone(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::LayerCount { found, .. } => Some(found.to_string()),
            Self::Layout(error) => error.found(),
            Self::Config(error) => error.found(),
            Self::Damaged { error, .. } => error.found.clone(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Extract(error) => error.path(),
            Self::Layout(error) => error.path(),
            Self::Damaged { error, .. } => error.path.clone(),
            _ => None,
        }
    }
}
