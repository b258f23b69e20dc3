//! Why names could not be read, and why a change of names was refused.

use crate::error::{ErrorKind, Reason, delegate_reason};
use crate::image::ImageId;
use crate::json::{FieldError, JsonError};
use crate::limits::LimitExceeded;
use crate::reference::Reference;

/// Why nothing of a file of names can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamesError {
    /// It is not JSON; an empty file is none.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It is something other than an object, or its `Repositories` are.
    #[error(transparent)]
    Shape(#[from] FieldError),
    /// It passes `namesBytes`, or has more entries than `names`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl NamesError {
    fn reason(&self) -> &dyn Reason {
        match self {
            Self::Json(error) => error,
            Self::Shape(error) => error,
            Self::Limit(error) => error,
        }
    }
}

delegate_reason!(NamesError);

/// Why a change of names was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The tag stands for another image, and was not to be moved.
    #[error("`{reference}` is already the name of {held}")]
    Conflict {
        /// The name.
        reference: Reference,
        /// What it stands for.
        held: ImageId,
    },
    /// The digest stands for another image. It can be removed, not moved.
    #[error("the digest of `{reference}` already stands for {held} and cannot be moved")]
    DigestConflict {
        /// The name.
        reference: Reference,
        /// What it stands for.
        held: ImageId,
    },
    /// Something that could not be read stands where the name would be written; it has to be removed first.
    #[error("the entry `{}` of the repository `{repository}` is damaged", entry.as_deref().unwrap_or("(all)"))]
    Damaged {
        /// The repository.
        repository: String,
        /// The entry; none when it is the whole repository.
        entry: Option<String>,
    },
    /// A tag cannot be given with a digest.
    #[error("`{reference}` has a digest; a tag is given without one")]
    DigestReference {
        /// What was given.
        reference: String,
    },
    /// A digest reference was expected.
    #[error("`{reference}` has no digest")]
    NoDigest {
        /// What was given.
        reference: String,
    },
    /// A name alone was expected.
    #[error("`{reference}` is not the name of a repository alone")]
    NotARepository {
        /// What was given.
        reference: String,
    },
    /// A repository of that name could not be told from a digest.
    #[error("the name of a digest algorithm, `{algorithm}`, cannot be the name of a repository")]
    AlgorithmName {
        /// The name.
        algorithm: String,
    },
    /// A digest alone names no repository.
    #[error("there is no name, only a digest")]
    NoName,
    /// The form that the file has would be read as another name.
    #[error("`{reference}` cannot be kept: its short form reads as another name")]
    Unwritable {
        /// What was given.
        reference: String,
    },
    /// There is no such name.
    #[error("there is no name `{reference}`")]
    NotFound {
        /// What was asked for.
        reference: String,
    },
    /// The change would pass `names` or `namesBytes`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl Reason for NameError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict { .. } | Self::DigestConflict { .. } | Self::Damaged { .. } => ErrorKind::Conflict,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Limit(limit) => limit.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "name-conflict",
            Self::DigestConflict { .. } => "name-digest-conflict",
            Self::Damaged { .. } => "name-damaged",
            Self::DigestReference { .. } => "name-digest-reference",
            Self::NoDigest { .. } => "name-no-digest",
            Self::NotARepository { .. } => "name-not-a-repository",
            Self::AlgorithmName { .. } => "name-algorithm",
            Self::NoName => "name-none",
            Self::Unwritable { .. } => "name-unwritable",
            Self::NotFound { .. } => "name-not-found",
            Self::Limit(limit) => limit.code(),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Conflict { held, .. } | Self::DigestConflict { held, .. } => Some(held.to_string()),
            Self::DigestReference { reference }
            | Self::NoDigest { reference }
            | Self::NotARepository { reference }
            | Self::Unwritable { reference } => Some(reference.clone()),
            Self::AlgorithmName { algorithm } => Some(algorithm.clone()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Damaged { repository, entry } => Some(super::problem::place(repository, entry.as_deref())),
            _ => None,
        }
    }
}
