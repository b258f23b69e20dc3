//! Why an image of a unikernel is not what it should be, or a change of one was refused.

use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};
use crate::store::BackendError;

/// Why an image of a unikernel is not what it should be, or a change of one was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnikernelError {
    /// The manifest or record is no JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member of the manifest or record has the wrong type.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A name of a file is empty, or is no file below the image's folder.
    #[error("`{path}` is no file below the folder of the image")]
    Path {
        /// Which member names it.
        member: &'static str,
        /// The name, cut after 200 characters.
        path: String,
    },
    /// A text that cannot name a copy: it has to be one component of a path.
    #[error("`{name}` cannot name a copy")]
    CopyName {
        /// The text, cut after 200 characters.
        name: String,
    },
    /// The image has no id.
    #[error("the image has no id")]
    NoId,
    /// A record of a version that is not known here.
    #[error("the record has version {version}; known is {known}")]
    Version {
        /// The record's.
        version: i64,
        /// The one that is written here.
        known: i64,
    },
    /// The file is not what the manifest says.
    #[error("the manifest says {declared}, but the file is {detected}")]
    Format {
        /// The format of the manifest.
        declared: &'static str,
        /// What the file is.
        detected: &'static str,
    },
    /// There is no such image.
    #[error("there is no image `{id}`")]
    NotFound {
        /// What was asked for, cut after 200 characters.
        id: String,
    },
    /// The image has no base copy, of which others could be made.
    #[error("the image `{id}` has no base copy")]
    NoBase {
        /// The image.
        id: String,
    },
    /// A copy of that name is there already.
    #[error("the image `{id}` has a copy `{copy}` already")]
    CopyExists {
        /// The image.
        id: String,
        /// The copy.
        copy: String,
    },
    /// No copy can be made of an image of this format.
    #[error("no copy can be made of an image of the format {format}")]
    CannotCopy {
        /// The format.
        format: &'static str,
    },
    /// Sandboxes have copies of the image.
    #[error("the image `{id}` is in use by {}", users.join(", "))]
    InUse {
        /// The image.
        id: String,
        /// Their copies, sorted.
        users: Vec<String>,
    },
    /// A change gave an image another id.
    #[error("the change of `{id}` gave it the id `{found}`")]
    IdChanged {
        /// The image.
        id: String,
        /// The id that it was given.
        found: String,
    },
    /// Others changed the record all the time.
    #[error("the record `{key}` was changed by others {attempts} times in a row")]
    Contended {
        /// The record.
        key: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The storage failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl Reason for UnikernelError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Json(error) => error.kind(),
            Self::Backend(error) => error.kind(),
            Self::Field(_)
            | Self::Path { .. }
            | Self::CopyName { .. }
            | Self::NoId
            | Self::IdChanged { .. } => ErrorKind::Invalid,
            Self::Version { .. } | Self::CannotCopy { .. } => ErrorKind::Unsupported,
            Self::Format { .. } => ErrorKind::Corrupt,
            Self::NotFound { .. } | Self::NoBase { .. } => ErrorKind::NotFound,
            Self::CopyExists { .. } | Self::Contended { .. } => ErrorKind::Conflict,
            Self::InUse { .. } => ErrorKind::InUse,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::Field(error) => error.code(),
            Self::Path { .. } => "unikernel-path",
            Self::CopyName { .. } => "unikernel-copy-name",
            Self::NoId => "unikernel-no-id",
            Self::Version { .. } => "unikernel-version",
            Self::Format { .. } => "unikernel-format",
            Self::NotFound { .. } => "unikernel-not-found",
            Self::NoBase { .. } => "unikernel-no-base",
            Self::CopyExists { .. } => "unikernel-copy-exists",
            Self::CannotCopy { .. } => "unikernel-cannot-copy",
            Self::InUse { .. } => "unikernel-in-use",
            Self::IdChanged { .. } => "unikernel-id-changed",
            Self::Contended { .. } => "unikernel-contended",
            Self::Backend(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Json(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Field(error) => error.expected(),
            Self::Format { declared, .. } => Some((*declared).to_owned()),
            Self::Version { known, .. } => Some(known.to_string()),
            Self::IdChanged { id, .. } => Some(id.clone()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Field(error) => error.found(),
            Self::Format { detected, .. } => Some((*detected).to_owned()),
            Self::Version { version, .. } => Some(version.to_string()),
            Self::IdChanged { found, .. } => Some(found.clone()),
            Self::InUse { users, .. } => Some(users.join(" ")),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Field(error) => error.path(),
            Self::Path { path, .. } => Some(path.clone()),
            Self::Backend(error) => error.path(),
            _ => None,
        }
    }
}

/// The start of a foreign text, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
