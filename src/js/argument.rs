//! Arguments that are plain objects.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::error::to_thrown;
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

/// A plain object as a value; `undefined` and `null` stand for the default.
pub(super) fn from_js<T: DeserializeOwned + Default>(
    value: JsValue,
    what: &'static str,
) -> Result<T, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| to_thrown(ArgumentError { what, reason: error.to_string() }))
}
