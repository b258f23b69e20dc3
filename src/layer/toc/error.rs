//! Why a table of contents cannot be used.

use crate::codec::CodecError;
use crate::digest::Digest;
use crate::error::{ErrorKind, Reason};
use crate::json::JsonError;
use crate::limits::LimitExceeded;
use crate::tar::TarError;

/// Why a layer's table of contents cannot be used, or not a file by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TocError {
    /// The footer points to where no table can be.
    #[error("the footer says that the table of contents lies at byte {offset} and takes {length} of {size}")]
    Place {
        /// First byte of the table.
        offset: u64,
        /// Its stored bytes.
        length: u64,
        /// Bytes of the layer.
        size: u64,
    },
    /// The stored bytes end early, or hold no table where the footer says.
    #[error("there is no table of contents where the footer says")]
    Absent,
    /// The table is not the one that the manifest's annotation names.
    #[error("the table of contents has the digest {found}, its annotation says {expected}")]
    Digest {
        /// What the annotation says.
        expected: Box<Digest>,
        /// What the table has.
        found: Box<Digest>,
    },
    /// The table is no JSON document.
    #[error("the table of contents is malformed: {0}")]
    Json(#[from] JsonError),
    /// A field of the table is not what it should be.
    #[error("entry {entry} of the table of contents is malformed: {reason}")]
    Entry {
        /// Which entry, counted from 0.
        entry: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The table or a chunk cannot be decompressed.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The tar around the table is damaged.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// No entry has this number, or it is no regular file.
    #[error("entry {entry} of the table of contents is no regular file")]
    NotAFile {
        /// The number asked for.
        entry: usize,
    },
    /// A chunk or a file is not what the table says.
    #[error("{path}: the contents have the digest {found}, the table of contents says {expected}")]
    Contents {
        /// The file's path.
        path: String,
        /// What the table says.
        expected: Box<Digest>,
        /// What was read.
        found: Box<Digest>,
    },
    /// A chunk holds fewer bytes than the table says.
    #[error("{path}: the layer holds fewer bytes of it than the table of contents says")]
    Short {
        /// The file's path.
        path: String,
    },
}

impl Reason for TocError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Json(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            Self::Codec(error) => error.kind(),
            Self::Tar(error) => error.kind(),
            Self::NotAFile { .. } => ErrorKind::Invalid,
            _ => ErrorKind::Corrupt,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Place { .. } => "toc-place",
            Self::Absent => "toc-absent",
            Self::Digest { .. } => "toc-digest",
            Self::Json(error) => error.code(),
            Self::Entry { .. } => "toc-entry",
            Self::Limit(error) => error.code(),
            Self::Codec(error) => error.code(),
            Self::Tar(error) => error.code(),
            Self::NotAFile { .. } => "toc-not-a-file",
            Self::Contents { .. } => "toc-contents",
            Self::Short { .. } => "toc-short",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Place { offset, .. } => Some(*offset),
            Self::Json(error) => error.offset(),
            Self::Codec(error) => error.offset(),
            Self::Tar(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Digest { expected, .. } | Self::Contents { expected, .. } => Some(expected.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Digest { found, .. } | Self::Contents { found, .. } => Some(found.to_string()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Contents { path, .. } | Self::Short { path } => Some(path.clone()),
            _ => None,
        }
    }
}
