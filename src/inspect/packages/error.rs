//! Why a file tells of no packages.

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a file that should tell of packages cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// It does not begin as such a file does.
    #[error("this is no {what}")]
    NotA {
        /// What was expected.
        what: &'static str,
    },
    /// A part of it reaches beyond its end.
    #[error("the {what} of {length} bytes at {offset} reaches beyond the end of the file at {size}")]
    BeyondEnd {
        /// What was to be read.
        what: &'static str,
        /// Where it starts.
        offset: u64,
        /// How long it is.
        length: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// A part of it cannot be what it is.
    #[error("the {what} at {offset} is damaged")]
    Damaged {
        /// Which part.
        what: &'static str,
        /// Where it starts.
        offset: u64,
    },
    /// It is of a kind that is not supported.
    #[error("{what} is not supported")]
    Unsupported {
        /// Of which.
        what: &'static str,
    },
    /// It has no name.
    #[error("the {what} names no package")]
    Nameless {
        /// What should have named one.
        what: &'static str,
    },
    /// A limit was passed.
    #[error("{0}")]
    Limit(#[from] LimitExceeded),
    /// The caller could not read the file.
    #[error("the file could not be read: {why}")]
    Unreadable {
        /// What the caller says.
        why: String,
    },
    /// Not all was given that is wanted.
    #[error("the file has not been read as far as needed")]
    Unfinished,
}

impl Reason for PackageError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotA { .. } | Self::Nameless { .. } | Self::Unfinished => ErrorKind::Invalid,
            Self::BeyondEnd { .. } | Self::Damaged { .. } => ErrorKind::Corrupt,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Limit(error) => error.kind(),
            Self::Unreadable { .. } => ErrorKind::Io,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotA { .. } => "package-file-kind",
            Self::BeyondEnd { .. } => "package-file-short",
            Self::Damaged { .. } => "package-file-damaged",
            Self::Unsupported { .. } => "package-file-unsupported",
            Self::Nameless { .. } => "package-nameless",
            Self::Limit(error) => error.code(),
            Self::Unreadable { .. } => "package-file-unreadable",
            Self::Unfinished => "unfinished",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::BeyondEnd { offset, .. } | Self::Damaged { offset, .. } => Some(*offset),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::NotA { what } => Some((*what).to_owned()),
            _ => None,
        }
    }
}
