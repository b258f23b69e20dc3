//! Why a file cannot be opened as one that holds images.

use crate::codec::CodecError;
use crate::error::{ErrorKind, Reason};
use crate::layer::{FileReadError, TocError};
use crate::limits::LimitExceeded;
use crate::tar::TarError;

/// Why a file cannot be opened, or an opened one cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The bytes are of no kind that is known.
    #[error("this is neither an image archive nor any other file of a known kind; it begins with {start}")]
    NotAnImage {
        /// Its first bytes, in hex.
        start: String,
    },
    /// A folder without any of the files by which images are found.
    #[error("the folder holds no image: it has none of manifest.json, index.json, repositories")]
    NotAnImageFolder,
    /// The file as a whole does not decompress.
    #[error("the file cannot be decompressed: {0}")]
    Codec(#[from] CodecError),
    /// The outer tar is damaged before anything could be learned from it.
    #[error("the archive is damaged: {0}")]
    Tar(#[from] TarError),
    /// A limit was passed.
    #[error("{0}")]
    Limit(#[from] LimitExceeded),
    /// No image has this number.
    #[error("there is no image {index}: the file holds {count}")]
    NoImage {
        /// The number asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// No layer has this number.
    #[error("there is no layer {index}: there are {count}")]
    NoLayer {
        /// The number asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The image's config or manifest is not in the file.
    #[error("the {what} of image {index} is not in the file")]
    Absent {
        /// `config` or `manifest`.
        what: &'static str,
        /// The image's number.
        index: usize,
    },
    /// A tree was asked for before its layers were scanned.
    #[error("layer {layer} of image {image} has not been scanned")]
    LayerNotScanned {
        /// The image's number.
        image: usize,
        /// Position among the image's layers.
        layer: usize,
    },
    /// A layer was asked for a file before it was scanned.
    #[error("layer {index} has not been scanned")]
    NotScanned {
        /// The layer's number.
        index: usize,
    },
    /// No layer of the image leaves something at this path.
    #[error("image {image} has no {path}")]
    NoFile {
        /// The image's number.
        image: usize,
        /// The path that was looked for.
        path: String,
    },
    /// A file of a layer cannot be read.
    #[error("{0}")]
    File(Box<FileReadError>),
    /// A layer's table of contents is of no use, or a file is not what it says.
    #[error("{0}")]
    Toc(Box<TocError>),
    /// The opener was ended before it had all it wanted.
    #[error("the file has not been read as far as opening it needs")]
    Unfinished,
}

impl From<FileReadError> for ArchiveError {
    fn from(error: FileReadError) -> Self {
        Self::File(Box::new(error))
    }
}

impl From<TocError> for ArchiveError {
    fn from(error: TocError) -> Self {
        Self::Toc(Box::new(error))
    }
}

impl Reason for ArchiveError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty | Self::NotAnImage { .. } | Self::NotAnImageFolder | Self::Unfinished => {
                ErrorKind::Invalid
            }
            Self::Codec(error) => error.kind(),
            Self::Tar(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            Self::File(error) => error.kind(),
            Self::Toc(error) => error.kind(),
            Self::NoImage { .. }
            | Self::NoLayer { .. }
            | Self::Absent { .. }
            | Self::LayerNotScanned { .. }
            | Self::NotScanned { .. }
            | Self::NoFile { .. } => ErrorKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty-file",
            Self::NotAnImage { .. } => "not-an-image",
            Self::NotAnImageFolder => "not-an-image-folder",
            Self::Codec(error) => error.code(),
            Self::Tar(error) => error.code(),
            Self::Limit(error) => error.code(),
            Self::File(error) => error.code(),
            Self::Toc(error) => error.code(),
            Self::NoImage { .. } => "no-image",
            Self::NoLayer { .. } => "no-layer",
            Self::Absent { .. } => "absent",
            Self::LayerNotScanned { .. } | Self::NotScanned { .. } => "layer-not-scanned",
            Self::NoFile { .. } => "no-file",
            Self::Unfinished => "unfinished",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::NotAnImage { .. } => Some(0),
            Self::Codec(error) => error.offset(),
            Self::Tar(error) => error.offset(),
            Self::File(error) => error.offset(),
            Self::Toc(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::File(error) => error.expected(),
            Self::Toc(error) => error.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::File(error) => error.found(),
            Self::Toc(error) => error.found(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::File(error) => error.path(),
            Self::Toc(error) => error.path(),
            Self::NoFile { path, .. } => Some(path.clone()),
            _ => None,
        }
    }
}
