//! Why bytes are not an image configuration.

use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};

/// Why bytes are not an image configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not JSON, or past a limit.
    #[error("invalid image config: {0}")]
    Json(#[from] JsonError),
    /// A member has the wrong type.
    #[error("invalid image config: {0}")]
    Field(#[from] FieldError),
    /// `rootfs` is absent or null: a document of another kind.
    #[error("invalid image config: it has no `rootfs`")]
    NoRootFs,
}

impl Reason for ConfigError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Json(error) => error.kind(),
            Self::Field(error) => error.kind(),
            Self::NoRootFs => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::Field(error) => error.code(),
            Self::NoRootFs => "config-no-rootfs",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Json(error) => error.offset(),
            Self::Field(_) | Self::NoRootFs => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Json(error) => error.expected(),
            Self::Field(error) => error.expected(),
            Self::NoRootFs => Some("`rootfs` with the layers' diff ids".to_owned()),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Json(error) => error.found(),
            Self::Field(error) => error.found(),
            Self::NoRootFs => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Json(_) => None,
            Self::Field(error) => error.path(),
            Self::NoRootFs => Some("rootfs".to_owned()),
        }
    }
}
