//! What can be wrong with an argument.

use crate::error::{ErrorKind, Reason};

/// An argument is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what}: {reason}")]
pub(super) struct ArgumentError {
    /// Which argument.
    pub(super) what: &'static str,
    /// What is wrong with it.
    pub(super) reason: String,
}

impl Reason for ArgumentError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "argument"
    }
}
