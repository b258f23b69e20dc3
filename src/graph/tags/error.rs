//! Why names of a graph's images cannot be read or changed.

use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};
use crate::limits::LimitExceeded;
use crate::reference::ReferenceError;

/// Why names of a graph's images cannot be read or changed. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagsError {
    /// The file is not JSON; an empty one is none.
    #[error("the file of names cannot be read: {0}")]
    Json(#[from] JsonError),
    /// The file has another shape.
    #[error("the file of names cannot be read: {0}")]
    Shape(#[from] FieldError),
    /// There would be more names than `names`, or the file would be larger than `namesBytes`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The text is no name of a repository.
    #[error("`{name}` is no name of a repository: {error}")]
    Repository {
        /// The text, cut after 200 characters.
        name: String,
        /// What is wrong with it.
        error: ReferenceError,
    },
    /// The text is a name with a tag or a digest, or only a digest.
    #[error("`{name}` is more than the name of a repository")]
    NotARepository {
        /// The text, cut after 200 characters.
        name: String,
    },
    /// The text is no tag.
    #[error(
        "`{tag}` is no tag: up to 128 letters, digits, `_`, `.` and `-`, of which the last two do not begin it"
    )]
    Tag {
        /// The text, cut after 200 characters.
        tag: String,
    },
    /// The tag stands for another image, and was not to be moved.
    #[error("`{name}` is already the name of {held}")]
    Conflict {
        /// The name.
        name: String,
        /// The image that it stands for.
        held: String,
    },
    /// There is no such name.
    #[error("there is no name `{name}`")]
    NotFound {
        /// What was asked for, cut after 200 characters.
        name: String,
    },
    /// Several images of a repository have ids that begin so.
    #[error("`{name}` is the beginning of {} ids", candidates.len())]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The ids, sorted.
        candidates: Vec<String>,
    },
}

impl Reason for TagsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Json(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::Shape(error) => error.code(),
            Self::Limit(error) => error.code(),
            Self::Repository { error, .. } => error.code(),
            Self::NotARepository { .. } => "tags-not-a-repository",
            Self::Tag { .. } => "tags-tag",
            Self::Conflict { .. } => "tags-conflict",
            Self::NotFound { .. } => "tags-not-found",
            Self::Ambiguous { .. } => "tags-ambiguous",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Json(error) => error.offset(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Conflict { held, .. } => Some(held.clone()),
            Self::Tag { tag } => Some(tag.clone()),
            Self::Repository { name, .. } | Self::NotARepository { name } => Some(name.clone()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Shape(error) => error.path(),
            _ => None,
        }
    }
}
