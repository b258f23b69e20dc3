//! Why a member cannot be written to a tar.

use crate::error::{ErrorKind, Reason};

/// Why a member cannot be written to a tar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TarWriteError {
    /// A name is empty or holds a NUL byte.
    #[error("a tar cannot hold the {field} of {}: it is empty or holds a NUL byte", shown(path))]
    Name {
        /// The name of the member.
        path: Vec<u8>,
        /// Which of its names.
        field: &'static str,
    },
    /// A tar has no type for it.
    #[error("a tar has no type for {}", shown(path))]
    Kind {
        /// The name of the member.
        path: Vec<u8>,
    },
    /// The header has no room for a value, and no extended record is known for it.
    #[error("a tar cannot hold the {field} of {}", shown(path))]
    Unrepresentable {
        /// The name of the member.
        path: Vec<u8>,
        /// Which value.
        field: &'static str,
    },
    /// The fragments of a sparse file overlap, are out of order, or lie beyond its end.
    #[error("the map of the sparse file {} does not fit it: {reason}", shown(path))]
    Sparse {
        /// The name of the member.
        path: Vec<u8>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The contents are not as long as the header says.
    #[error(
        "the contents of a member are not as long as its header says: {expected} bytes left, {found} given"
    )]
    Contents {
        /// Bytes that were still to come.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
}

/// A name as text.
fn shown(path: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(path)
}

impl Reason for TarWriteError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Kind { .. } | Self::Unrepresentable { .. } => ErrorKind::Unsupported,
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "tar-write-name",
            Self::Kind { .. } => "tar-write-kind",
            Self::Unrepresentable { .. } => "tar-write-value",
            Self::Sparse { .. } => "tar-write-sparse",
            Self::Contents { .. } => "tar-write-contents",
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Contents { expected, .. } => Some(expected.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Contents { found, .. } => Some(found.to_string()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Name { path, .. }
            | Self::Kind { path }
            | Self::Unrepresentable { path, .. }
            | Self::Sparse { path, .. } => Some(shown(path).into_owned()),
            Self::Contents { .. } => None,
        }
    }
}
