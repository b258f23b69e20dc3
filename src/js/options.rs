//! What scans are made with, and errors on their way back. Properties are read one by one, so that a wrong one is named.

use wasm_bindgen::JsValue;

use super::object::{each_property, limits, to_count, wrong};
use crate::error::ErrorKind;
use crate::finding::ErrorData;
use crate::layer::ContentHash;
use crate::limits::Limits;

/// What scans are made with.
#[derive(Default)]
pub(super) struct ScanOptions {
    pub(super) contents: ContentHash,
    pub(super) limits: Limits,
}

impl ScanOptions {
    /// From `{ contents?: "xxh3" | "sha256", limits? }`; what is absent has its default.
    pub(super) fn from_js(options: &JsValue) -> Result<Self, JsValue> {
        let mut read = Self::default();
        each_property(options, "scan options", |name, value| {
            match name {
                "contents" => {
                    read.contents = value
                        .as_string()
                        .and_then(|name| ContentHash::from_name(&name))
                        .ok_or_else(|| wrong("contents", "it is none of xxh3, sha256"))?;
                }
                "limits" => read.limits = limits(value)?,
                _ => return Err(wrong("scan options", &format!("there is no option `{name}`"))),
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// `ErrorData` as it was thrown.
pub(super) fn error_data(error: &JsValue) -> Result<ErrorData, JsValue> {
    let (mut kind, mut offset) = (None, None);
    let [mut code, mut message, mut expected, mut found, mut path] = [const { None }; 5];
    each_property(error, "error", |name, value| {
        match name {
            "kind" => kind = value.as_string().and_then(|name| ErrorKind::from_name(&name)),
            "offset" => offset = to_count(value),
            "code" => code = value.as_string(),
            "message" => message = value.as_string(),
            "expected" => expected = value.as_string(),
            "found" => found = value.as_string(),
            "path" => path = value.as_string(),
            _ => {}
        }
        Ok(())
    })?;
    match (kind, code, message) {
        (Some(kind), Some(code), Some(message)) => {
            Ok(ErrorData { kind, code, message, offset, expected, found, path })
        }
        _ => Err(wrong("error", "it has no kind, code and message")),
    }
}
