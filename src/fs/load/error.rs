//! Why a file cannot be loaded.

use crate::archive::LoadProblem;
use crate::error::{ErrorKind, Reason};
use crate::fs::{FileError, LayerFolderError};
use crate::image::ConfigError;
use crate::store::StoreError;

/// Why a file, or an image of it, cannot be loaded. Nothing of it is to be seen in the store then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// What the file says does not hold together.
    #[error("{first}{}", others(more.len()))]
    Wrong {
        /// The number of the image that it concerns.
        image: Option<usize>,
        /// What is wrong.
        first: Box<LoadProblem>,
        /// What else is wrong.
        more: Vec<(Option<usize>, LoadProblem)>,
    },
    /// A layer is not what it should be, or cannot be kept.
    #[error("{entry}: {source}")]
    Layer {
        /// The entry of the file.
        entry: String,
        /// What is wrong with it.
        source: LayerFolderError,
    },
    /// The layers cannot be looked for or given back.
    #[error(transparent)]
    Layers(LayerFolderError),
    /// The configuration of a legacy image cannot be made.
    #[error("{entry}: {source}")]
    Config {
        /// The entry of its top layer.
        entry: String,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The images cannot be added.
    #[error(transparent)]
    Store(#[from] Box<StoreError>),
    /// The caller ended it.
    #[error("loading was ended by the caller")]
    Aborted,
}

fn others(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" (and {count} more)") }
}

impl LoadError {
    fn reason(&self) -> Option<&dyn Reason> {
        Some(match self {
            Self::Wrong { first, .. } => &**first,
            Self::Layer { source, .. } | Self::Layers(source) => source,
            Self::Config { source, .. } => source,
            Self::File(error) => error,
            Self::Store(error) => error,
            Self::Aborted => return None,
        })
    }

    /// Whether the disk or a quota is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Layer { source, .. } | Self::Layers(source) => source.is_full(),
            Self::Store(error) => error.code() == "backend-full",
            _ => false,
        }
    }
}

impl Reason for LoadError {
    fn kind(&self) -> ErrorKind {
        self.reason().map_or(ErrorKind::Aborted, Reason::kind)
    }

    fn code(&self) -> &'static str {
        self.reason().map_or("aborted", Reason::code)
    }

    fn offset(&self) -> Option<u64> {
        self.reason()?.offset()
    }

    fn expected(&self) -> Option<String> {
        self.reason()?.expected()
    }

    fn found(&self) -> Option<String> {
        self.reason()?.found()
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Layer { entry, .. } | Self::Config { entry, .. } => Some(entry.clone()),
            _ => self.reason()?.path(),
        }
    }
}
