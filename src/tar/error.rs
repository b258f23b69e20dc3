//! Why a tar cannot be read on.

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a tar cannot be read on. Offsets are those of the header block, in the uncompressed tar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TarError {
    /// The very first block is no tar header.
    #[error("the data is not a tar: its first block has no valid header checksum")]
    NotATar,
    /// A header's checksum does not fit its bytes.
    #[error("tar header at byte {offset} is damaged: checksum {declared} declared, {computed} computed")]
    Checksum {
        /// Where the header starts.
        offset: u64,
        /// The checksum that the header declares.
        declared: u64,
        /// The sum of its bytes.
        computed: u64,
    },
    /// A number is neither octal nor base 256, or does not fit.
    #[error("tar header at byte {offset} has an invalid number in its field `{field}`")]
    Number {
        /// Where the header starts.
        offset: u64,
        /// The field or PAX record.
        field: &'static str,
    },
    /// An extended header's records are malformed.
    #[error("extended tar header at byte {offset} is malformed: {reason}")]
    Pax {
        /// Where the header starts.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A sparse file's map is malformed.
    #[error("sparse file at byte {offset} has an invalid map: {reason}")]
    Sparse {
        /// Where the header starts.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The data ends inside a member.
    #[error("the tar is truncated: it ends at byte {offset}, {missing} bytes before the end of the member")]
    Truncated {
        /// Where the data ends.
        offset: u64,
        /// How many bytes of the member, padding included, are missing at least.
        missing: u64,
    },
    /// A limit was passed.
    #[error("tar header at byte {offset}: {source}")]
    Limit {
        /// Where the header starts.
        offset: u64,
        /// Which limit.
        source: LimitExceeded,
    },
}

impl Reason for TarError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotATar => ErrorKind::Invalid,
            Self::Limit { .. } => ErrorKind::Limit,
            _ => ErrorKind::Corrupt,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotATar => "not-a-tar",
            Self::Checksum { .. } => "tar-checksum",
            Self::Number { .. } => "tar-number",
            Self::Pax { .. } => "tar-pax",
            Self::Sparse { .. } => "tar-sparse",
            Self::Truncated { .. } => "tar-truncated",
            Self::Limit { .. } => "limit",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::NotATar => Some(0),
            Self::Checksum { offset, .. }
            | Self::Number { offset, .. }
            | Self::Pax { offset, .. }
            | Self::Sparse { offset, .. }
            | Self::Truncated { offset, .. }
            | Self::Limit { offset, .. } => Some(*offset),
        }
    }
}
