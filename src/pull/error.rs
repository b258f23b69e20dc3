//! Why nothing was brought.

use crate::digest::{Digest, DigestError};
use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a fetcher could not fetch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no such image.
    #[error("not found")]
    NotFound,
    /// Who asked may not have it.
    #[error("access denied: {reason}")]
    Denied {
        /// What the other side said.
        reason: String,
    },
    /// The fetcher does not know such sources.
    #[error("this kind of source cannot be fetched")]
    Unsupported,
    /// The transport failed.
    #[error("the transport failed: {reason}")]
    Failed {
        /// What it said.
        reason: String,
    },
    /// The caller ended the work.
    #[error("the work was ended")]
    Aborted,
}

/// Why the place could not take what came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// The storage failed.
    #[error("cannot {action} `{path}`: {reason}")]
    Failed {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: String,
        /// What the storage said.
        reason: String,
    },
    /// There is no such local file.
    #[error("there is no file `{path}`")]
    NotFound {
        /// Which one.
        path: String,
    },
    /// The place knows no local files.
    #[error("there are no local files here")]
    NoLocalFiles,
}

/// Why nothing was brought. Nothing was placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PullError {
    /// There is no such image.
    #[error("the image `{name}` is not found")]
    NotFound {
        /// Where it should be.
        name: String,
    },
    /// The image is of another kind of source than was asked for.
    #[error("`{name}` is not {expected}")]
    WrongSource {
        /// The source.
        name: String,
        /// The kind that it should be, such as `library`.
        expected: &'static str,
    },
    /// What came, or what the other side announced, is not what was asked for.
    #[error("the digest of `{name}` is {found}, expected {expected}")]
    DigestMismatch {
        /// The source.
        name: String,
        /// What was asked for.
        expected: Box<Digest>,
        /// What came.
        found: Box<Digest>,
    },
    /// The digest in the source's name is of a kind that nothing here computes.
    #[error("the digest of `{name}` cannot be checked: {reason}")]
    Digest {
        /// The source.
        name: String,
        /// What is wrong with the digest.
        reason: DigestError,
    },
    /// More or fewer bytes came than there should be.
    #[error("`{name}` has {found} bytes, expected {expected}")]
    SizeMismatch {
        /// The source.
        name: String,
        /// How many there should be.
        expected: u64,
        /// How many came; where there are too many, as many as had come when that was seen.
        found: u64,
    },
    /// The fetcher could not fetch.
    #[error("cannot fetch `{name}`: {source}")]
    Fetch {
        /// The source.
        name: String,
        /// Why.
        source: FetchError,
    },
    /// The place could not take what came.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl Reason for PullError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } | Self::Place(PlaceError::NotFound { .. }) => ErrorKind::NotFound,
            Self::WrongSource { .. } => ErrorKind::Invalid,
            Self::Digest { reason, .. } => reason.kind(),
            Self::DigestMismatch { .. } | Self::SizeMismatch { .. } => ErrorKind::Corrupt,
            Self::Fetch { source: FetchError::Unsupported, .. } | Self::Place(PlaceError::NoLocalFiles) => {
                ErrorKind::Unsupported
            }
            Self::Fetch { source: FetchError::Aborted, .. } => ErrorKind::Aborted,
            Self::Fetch { source: FetchError::NotFound, .. } => ErrorKind::NotFound,
            Self::Fetch { .. } | Self::Place(PlaceError::Failed { .. }) => ErrorKind::Io,
            Self::Limit(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "pull-not-found",
            Self::WrongSource { .. } => "pull-wrong-source",
            Self::Digest { reason, .. } => reason.code(),
            Self::DigestMismatch { .. } => "pull-digest",
            Self::SizeMismatch { .. } => "pull-size",
            Self::Fetch { .. } => "pull-fetch",
            Self::Place(_) => "pull-place",
            Self::Limit(error) => error.code(),
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::WrongSource { expected, .. } => Some((*expected).to_owned()),
            Self::DigestMismatch { expected, .. } => Some(expected.to_string()),
            Self::SizeMismatch { expected, .. } => Some(expected.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::DigestMismatch { found, .. } => Some(found.to_string()),
            Self::SizeMismatch { found, .. } => Some(found.to_string()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Place(PlaceError::Failed { path, .. } | PlaceError::NotFound { path }) => {
                Some(path.clone())
            }
            _ => None,
        }
    }
}
