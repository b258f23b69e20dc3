//! Why a text is not a digest.

use super::Algorithm;
use crate::error::{ErrorKind, Reason};

/// Why a text is not a digest that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// Not `algorithm:hex` in lower case.
    #[error("invalid digest format at byte {offset}")]
    Format {
        /// The first byte that does not fit, or the length of the text when something is missing.
        offset: usize,
    },
    /// Another number of digits than the algorithm has.
    #[error("invalid digest length: {algorithm} has {expected} hexadecimal digits, found {found}")]
    Length {
        /// The algorithm.
        algorithm: Algorithm,
        /// Digits that it has.
        expected: usize,
        /// Bytes that stand after the colon.
        found: usize,
        /// Where they start.
        offset: usize,
    },
    /// The form of a digest, but an algorithm that is not known, or not accepted here.
    #[error("unsupported digest algorithm `{algorithm}`")]
    Unsupported {
        /// Its name, cut after 64 characters.
        algorithm: String,
    },
}

impl DigestError {
    pub(super) fn unsupported(algorithm: &str) -> Self {
        Self::Unsupported { algorithm: algorithm.chars().take(64).collect() }
    }
}

impl Reason for DigestError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Format { .. } | Self::Length { .. } => ErrorKind::Invalid,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Format { .. } => "digest-format",
            Self::Length { .. } => "digest-length",
            Self::Unsupported { .. } => "digest-unsupported",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Format { offset } | Self::Length { offset, .. } => Some(*offset as u64),
            Self::Unsupported { .. } => Some(0),
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Format { .. } => {
                Some("an algorithm, a colon, and hexadecimal digits in lower case".to_owned())
            }
            Self::Length { expected, .. } => Some(expected.to_string()),
            Self::Unsupported { .. } => Some(Algorithm::ALL.map(Algorithm::name).join(", ")),
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Length { found, .. } => Some(found.to_string()),
            Self::Unsupported { algorithm } => Some(algorithm.clone()),
            Self::Format { .. } => None,
        }
    }
}
