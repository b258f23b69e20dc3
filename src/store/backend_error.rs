//! Why a backend cannot do what it is asked for.

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a backend cannot do what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// The storage failed.
    #[error("cannot {operation} `{key}`: {reason}")]
    Failed {
        /// The call, such as `put`.
        operation: &'static str,
        /// With which key or prefix.
        key: String,
        /// What the storage said.
        reason: String,
    },
    /// There is no space left, or a quota is used up.
    #[error("no space left to {operation} `{key}`: {reason}")]
    Full {
        /// The call.
        operation: &'static str,
        /// With which key.
        key: String,
        /// What the storage said.
        reason: String,
    },
    /// The storage was opened for reading only.
    #[error("cannot {operation} `{key}`: the storage is open for reading only")]
    ReadOnly {
        /// The call.
        operation: &'static str,
        /// With which key.
        key: String,
    },
    /// The backend has no such call.
    #[error("the backend cannot {operation} (`{key}`)")]
    Unsupported {
        /// The call.
        operation: &'static str,
        /// With which key.
        key: String,
    },
    /// A text that is no key, see [`Backend`](super::Backend).
    #[error("`{key}` is no key")]
    Key {
        /// The text, cut after 200 characters.
        key: String,
    },
    /// A record has more bytes than a limit allows.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// Somebody else has the lock, and it was not to be waited for.
    #[error("another program is working with the store: {reason}")]
    Locked {
        /// Which, as far as that is known.
        reason: String,
    },
}

impl BackendError {
    /// The storage failed.
    pub fn failed(operation: &'static str, key: &str, reason: impl ToString) -> Self {
        Self::Failed { operation, key: key.to_owned(), reason: reason.to_string() }
    }

    /// The backend has no such call.
    pub fn unsupported(operation: &'static str, key: &str) -> Self {
        Self::Unsupported { operation, key: key.to_owned() }
    }

    /// The text is no key.
    pub fn key(key: &str) -> Self {
        Self::Key { key: key.chars().take(200).collect() }
    }
}

impl Reason for BackendError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Failed { .. } | Self::Full { .. } => ErrorKind::Io,
            Self::ReadOnly { .. } | Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Key { .. } => ErrorKind::Invalid,
            Self::Limit(error) => error.kind(),
            Self::Locked { .. } => ErrorKind::InUse,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Failed { .. } => "backend-failed",
            Self::Full { .. } => "backend-full",
            Self::ReadOnly { .. } => "backend-read-only",
            Self::Unsupported { .. } => "backend-unsupported",
            Self::Key { .. } => "backend-key",
            Self::Limit(error) => error.code(),
            Self::Locked { .. } => "backend-locked",
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Failed { key, .. }
            | Self::Full { key, .. }
            | Self::ReadOnly { key, .. }
            | Self::Unsupported { key, .. }
            | Self::Key { key } => Some(key.clone()),
            Self::Limit(_) | Self::Locked { .. } => None,
        }
    }
}
