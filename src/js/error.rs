//! Errors as JavaScript sees them.

use serde::Serialize;
use wasm_bindgen::JsValue;

use super::value::plain;
use crate::error::{ErrorKind, Reason};
use crate::json::size;

/// `ErrorData` of the package.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorData {
    kind: ErrorKind,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "size::serialize_option")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

/// The object to throw for an error.
pub(super) fn to_thrown<E: Reason>(error: E) -> JsValue {
    plain(&ErrorData {
        kind: error.kind(),
        code: error.code(),
        message: error.to_string(),
        offset: error.offset(),
        expected: error.expected(),
        found: error.found(),
        path: error.path(),
    })
    .unwrap_or_else(|_| JsValue::from_str(&error.to_string()))
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
