//! Why what is kept of a tar cannot be read.

use crate::error::{ErrorKind, Reason};
use crate::json::{FieldError, JsonError};
use crate::limits::LimitExceeded;

/// Why a `tar-split.json` cannot be read. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TarSplitError {
    /// A line is not JSON.
    #[error("line {line} of tar-split.json is no JSON: {source}")]
    Json {
        /// Which line.
        line: u64,
        /// What is wrong with it.
        source: JsonError,
    },
    /// A line's field has the wrong type.
    #[error("line {line} of tar-split.json: {source}")]
    Field {
        /// Which line.
        line: u64,
        /// What is wrong with it.
        source: FieldError,
    },
    /// A line is neither raw bytes nor a file.
    #[error("line {line} of tar-split.json has the unknown type {found}")]
    Type {
        /// Which line.
        line: u64,
        /// The type that it says.
        found: i64,
    },
    /// A line's size or payload is not what its type needs.
    #[error("line {line} of tar-split.json is wrong: {reason}")]
    Entry {
        /// Which line.
        line: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The last line breaks off.
    #[error("tar-split.json breaks off in line {line}")]
    Truncated {
        /// Which line.
        line: u64,
    },
    /// A line is longer than the limit `jsonBytes`.
    #[error("line {line} of tar-split.json: {source}")]
    Limit {
        /// Which line.
        line: u64,
        /// The limit.
        source: LimitExceeded,
    },
}

impl TarSplitError {
    /// Which line it is about.
    pub const fn line(&self) -> u64 {
        match self {
            Self::Json { line, .. }
            | Self::Field { line, .. }
            | Self::Type { line, .. }
            | Self::Entry { line, .. }
            | Self::Truncated { line }
            | Self::Limit { line, .. } => *line,
        }
    }
}

impl Reason for TarSplitError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Limit { .. } => ErrorKind::Limit,
            _ => ErrorKind::Corrupt,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Json { .. } => "tar-split-json",
            Self::Field { .. } => "tar-split-field",
            Self::Type { .. } => "tar-split-type",
            Self::Entry { .. } => "tar-split-entry",
            Self::Truncated { .. } => "tar-split-truncated",
            Self::Limit { .. } => "limit",
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Field { source, .. } => source.expected(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Field { source, .. } => source.found(),
            Self::Type { found, .. } => Some(found.to_string()),
            _ => None,
        }
    }
}
