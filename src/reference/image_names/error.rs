//! Why a text is no name of an image.

use super::NameSource;
use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};
use crate::reference::ReferenceError;

/// Why a text is no name of an image, or none that can stand with the others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageNamesError {
    /// The name is no reference.
    #[error("{error} (name at byte {offset})")]
    Reference {
        /// What is wrong with it.
        error: ReferenceError,
        /// Where the name starts.
        offset: usize,
    },
    /// `local.file` is not followed by an absolute path.
    #[error("the path of a local file has to be absolute")]
    Path {
        /// Where the path should start.
        offset: usize,
    },
    /// The name belongs to another source than those that are there.
    #[error("a name of {} cannot stand with names of {}", found.uri(), expected.uri())]
    OtherSource {
        /// Where the other names are.
        expected: NameSource,
        /// Where this one is.
        found: NameSource,
    },
    /// A digest was given for a tag, or a tag for a digest.
    #[error("`{name}` is no {expected}")]
    OtherKind {
        /// What it should be: `tag` or `digest`.
        expected: &'static str,
        /// The name, cut after 300 characters.
        name: String,
    },
    /// JSON names a source that is none.
    #[error("`{uri}` is no source of images")]
    UnknownSource {
        /// What stands there, cut after 100 characters.
        uri: String,
    },
    /// The bytes are not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A value in the JSON has the wrong type.
    #[error(transparent)]
    Field(#[from] FieldError),
}

impl Reason for ImageNamesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Reference { error, .. } => error.kind(),
            Self::OtherSource { .. } => ErrorKind::Conflict,
            Self::UnknownSource { .. } => ErrorKind::Unsupported,
            Self::Json(error) => error.kind(),
            Self::Path { .. } | Self::OtherKind { .. } | Self::Field(_) => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Reference { error, .. } => error.code(),
            Self::Path { .. } => "image-names-path",
            Self::OtherSource { .. } => "image-names-other-source",
            Self::OtherKind { .. } => "image-names-other-kind",
            Self::UnknownSource { .. } => "image-names-unknown-source",
            Self::Json(error) => error.code(),
            Self::Field(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Reference { error, offset } => Some(*offset as u64 + error.offset().unwrap_or_default()),
            Self::Path { offset } => Some(*offset as u64),
            Self::Json(error) => error.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::OtherSource { expected, .. } => Some(expected.uri().to_owned()),
            Self::OtherKind { expected, .. } => Some((*expected).to_owned()),
            Self::Json(error) => error.expected(),
            Self::Field(error) => error.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::OtherSource { found, .. } => Some(found.uri().to_owned()),
            Self::OtherKind { name, .. } => Some(name.clone()),
            Self::UnknownSource { uri } => Some(uri.clone()),
            Self::Json(error) => error.found(),
            Self::Field(error) => error.found(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Field(error) => error.path(),
            _ => None,
        }
    }
}
