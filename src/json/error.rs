//! Why a document is not JSON.

use crate::error::{ErrorKind, Reason};
use crate::limits::LimitExceeded;

/// Why bytes are not a JSON document. Offsets count bytes from the start of the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The document stops inside a value.
    #[error("the JSON document ends at byte {offset} where {expected} was expected")]
    UnexpectedEnd {
        /// Length of the document.
        offset: u64,
        /// What was missing.
        expected: &'static str,
    },
    /// A byte that cannot stand where it stands.
    #[error("byte 0x{byte:02x} at {offset} where {expected} was expected")]
    UnexpectedByte {
        /// Where it is.
        offset: u64,
        /// The byte.
        byte: u8,
        /// What was expected instead.
        expected: &'static str,
    },
    /// A backslash in a string that starts no known escape.
    #[error("invalid escape in a string at byte {offset}")]
    InvalidEscape {
        /// Where the backslash is.
        offset: u64,
    },
    /// A control character inside a string; it has to be escaped.
    #[error("control character 0x{byte:02x} in a string at byte {offset}")]
    ControlCharacter {
        /// Where it is.
        offset: u64,
        /// The character.
        byte: u8,
    },
    /// Something other than white space after the document.
    #[error("more data after the JSON document at byte {offset}")]
    TrailingData {
        /// Where it starts.
        offset: u64,
    },
    /// The document is longer than `jsonBytes`, nested deeper than `jsonDepth`, or has more values than `jsonValues`.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

impl Reason for JsonError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Limit(limit) => limit.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnexpectedEnd { .. } => "json-unexpected-end",
            Self::UnexpectedByte { .. } => "json-unexpected-byte",
            Self::InvalidEscape { .. } => "json-escape",
            Self::ControlCharacter { .. } => "json-control-character",
            Self::TrailingData { .. } => "json-trailing-data",
            Self::Limit(limit) => limit.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::UnexpectedEnd { offset, .. }
            | Self::UnexpectedByte { offset, .. }
            | Self::InvalidEscape { offset }
            | Self::ControlCharacter { offset, .. }
            | Self::TrailingData { offset } => Some(*offset),
            Self::Limit(_) => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::UnexpectedEnd { expected, .. } | Self::UnexpectedByte { expected, .. } => {
                Some((*expected).to_owned())
            }
            Self::InvalidEscape { .. } => Some(r#"one of \" \\ \/ \b \f \n \r \t \uXXXX"#.to_owned()),
            Self::ControlCharacter { .. } => Some("an escape, such as \\n".to_owned()),
            Self::TrailingData { .. } => Some("the end of the document".to_owned()),
            Self::Limit(limit) => limit.expected(),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::UnexpectedEnd { .. } => Some("the end of the document".to_owned()),
            Self::UnexpectedByte { byte, .. } | Self::ControlCharacter { byte, .. } => {
                Some(format!("byte 0x{byte:02x}"))
            }
            Self::InvalidEscape { .. } | Self::TrailingData { .. } => None,
            Self::Limit(limit) => limit.found(),
        }
    }
}
