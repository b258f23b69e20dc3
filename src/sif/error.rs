//! Why a SIF file cannot be read.

use super::text::hex;
use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why a file cannot be read as a SIF file, or an opened one cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SifError {
    /// The bytes are no SIF file.
    #[error("this is no SIF file: it begins with {start}")]
    NotSif {
        /// Its first bytes, in hexadecimal digits; up to 16.
        start: String,
    },
    /// The file ends within its header.
    #[error("the file ends within the header: it has {found} bytes of 128")]
    ShortHeader {
        /// Bytes that there are.
        found: u64,
    },
    /// The file has a later version of the format.
    #[error("version `{found}` of the format is not known; 01 is the newest that is")]
    Version {
        /// The version.
        found: String,
    },
    /// A number of the header that places the table of descriptors is negative.
    #[error("the header's {field} is negative: {found}")]
    Negative {
        /// Which number.
        field: &'static str,
        /// Its value.
        found: i64,
    },
    /// The table of descriptors starts behind the end of the file.
    #[error("the table of descriptors starts at {offset}, behind the end of the file at {size}")]
    TableBehindEnd {
        /// Where it starts.
        offset: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// Fewer bytes were given than were asked for, and the file should have them.
    #[error("the file ended at {found} while it was read, expected {expected} bytes")]
    Truncated {
        /// Bytes of the file, as was said at first.
        expected: u64,
        /// Where it ended.
        found: u64,
    },
    /// A limit was passed.
    #[error("{0}")]
    Limit(#[from] LimitExceeded),
    /// The reader was ended before it had all it wanted.
    #[error("the file has not been read as far as needed")]
    Unfinished,
}

impl SifError {
    pub(super) fn not_sif(bytes: &[u8]) -> Self {
        Self::NotSif { start: hex(bytes.get(..16).unwrap_or(bytes)) }
    }
}

impl Reason for SifError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotSif { .. } | Self::Negative { .. } | Self::Unfinished => ErrorKind::Invalid,
            Self::ShortHeader { .. } | Self::TableBehindEnd { .. } | Self::Truncated { .. } => {
                ErrorKind::Corrupt
            }
            Self::Version { .. } => ErrorKind::Unsupported,
            Self::Limit(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotSif { .. } => "sif-magic",
            Self::ShortHeader { .. } => "sif-header-short",
            Self::Version { .. } => "sif-version",
            Self::Negative { .. } => "sif-header-negative",
            Self::TableBehindEnd { .. } => "sif-table-behind-end",
            Self::Truncated { .. } => "sif-truncated",
            Self::Limit(error) => error.code(),
            Self::Unfinished => "unfinished",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::NotSif { .. } => Some(32),
            Self::ShortHeader { found } | Self::Truncated { found, .. } => Some(*found),
            Self::Version { .. } => Some(42),
            Self::TableBehindEnd { offset, .. } => Some(*offset),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::ShortHeader { .. } => Some("128".into()),
            Self::Version { .. } => Some("01".into()),
            Self::Truncated { expected, .. } => Some(expected.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::NotSif { start } => Some(start.clone()),
            Self::ShortHeader { found } | Self::Truncated { found, .. } => Some(found.to_string()),
            Self::Version { found } => Some(found.clone()),
            Self::Negative { found, .. } => Some(found.to_string()),
            _ => None,
        }
    }
}
