//! Why bytes are not a manifest.

use super::DocumentKind;
use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};

/// Why bytes are not the manifest they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Not JSON, or past a limit.
    #[error("invalid manifest: {0}")]
    Json(#[from] JsonError),
    /// A member has the wrong type or value.
    #[error("invalid manifest: {0}")]
    Field(#[from] FieldError),
    /// Neither the media type nor the contents tell what it is.
    #[error(
        "the document is no manifest of a known kind (media type `{media_type}`, schema version {schema_version})"
    )]
    UnknownKind {
        /// The media type that was given or that it declares, cut after 100 characters; empty when there is none.
        media_type: String,
        /// Its `schemaVersion`; 0 when it has none.
        schema_version: i64,
    },
    /// It has members of another kind, so that readers could take it for different things.
    #[error("ambiguous manifest: {kind} with {}", .unexpected.join(", "))]
    Ambiguous {
        /// The kind it declares.
        kind: DocumentKind,
        /// The members that do not belong to it.
        unexpected: Vec<&'static str>,
    },
    /// Another kind was asked for.
    #[error("expected {expected}, found {found}")]
    WrongKind {
        /// What was asked for.
        expected: DocumentKind,
        /// What it is.
        found: DocumentKind,
    },
    /// `manifest.json` of a Docker archive is `null`; an archive without images has `[]`.
    #[error("manifest.json is null")]
    NullArchive,
    /// The signatures of a schema 1 manifest do not tell what was signed.
    #[error("invalid signature of a schema 1 manifest: {reason}")]
    Signature {
        /// What is wrong.
        reason: &'static str,
    },
}

impl Reason for ManifestError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Json(error) => error.kind(),
            Self::Field(error) => error.kind(),
            Self::UnknownKind { .. } => ErrorKind::Unsupported,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
            Self::WrongKind { .. } | Self::NullArchive | Self::Signature { .. } => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::Field(error) => error.code(),
            Self::UnknownKind { .. } => "manifest-unknown-kind",
            Self::Ambiguous { .. } => "manifest-ambiguous",
            Self::WrongKind { .. } => "manifest-wrong-kind",
            Self::NullArchive => "manifest-null",
            Self::Signature { .. } => "manifest-signature",
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
            Self::Json(error) => error.expected(),
            Self::Field(error) => error.expected(),
            Self::WrongKind { expected, .. } => Some(expected.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Json(error) => error.found(),
            Self::Ambiguous { unexpected, .. } => Some(unexpected.join(", ")),
            Self::UnknownKind { media_type, .. } if !media_type.is_empty() => Some(media_type.clone()),
            Self::Field(error) => error.found(),
            Self::WrongKind { found, .. } => Some(found.to_string()),
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
