//! Errors as JavaScript sees them.

use wasm_bindgen::JsValue;

use super::value::plain;
use crate::error::{ErrorKind, Reason};
use crate::finding::ErrorData;

/// The object to throw for an error.
pub(super) fn to_thrown<E: Reason>(error: E) -> JsValue {
    thrown(&ErrorData::of(&error))
}

#[inline(never)]
fn thrown(error: &ErrorData) -> JsValue {
    plain(error).unwrap_or_else(|_| JsValue::from_str(&error.message))
}

/// What only the bindings can find wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BindingError {
    /// A handle has done its work.
    #[error("the {0} has ended: it was freed or has given its result")]
    Ended(&'static str),
    /// A value could not be handed over.
    #[error("a value could not be handed to JavaScript: {0}")]
    Unrepresentable(String),
}

impl Reason for BindingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Ended(_) => ErrorKind::Aborted,
            Self::Unrepresentable(_) => ErrorKind::Unsupported,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Ended(_) => "ended",
            Self::Unrepresentable(_) => "unrepresentable",
        }
    }
}
