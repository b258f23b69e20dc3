//! What callers hand over as plain objects. Properties are read one by one, so that a wrong one is named.

use js_sys::{Array, JsString, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::argument::ArgumentError;
use super::error::to_thrown;
use crate::error::ErrorKind;
use crate::finding::ErrorData;
use crate::json::size::MAX_NUMBER;
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

/// Limits by name; what is absent has its default.
pub(super) fn limits(values: &JsValue) -> Result<Limits, JsValue> {
    let mut limits = Limits::default();
    each_property(values, "limits", |name, value| {
        let value = to_count(value).ok_or_else(|| wrong("limits", &format!("`{name}` {NO_COUNT}")))?;
        limits.set(name, value).map_err(to_thrown)
    })?;
    Ok(limits)
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

/// A count of bytes.
pub(super) fn size(size: f64) -> Result<u64, JsValue> {
    whole(size).ok_or_else(|| wrong("size", &format!("it {NO_COUNT}")))
}

const NO_COUNT: &str = "is no whole number from 0 to 2^53 - 1";

fn whole(number: f64) -> Option<u64> {
    let whole = number as u64;
    (whole as f64 == number && whole <= MAX_NUMBER).then_some(whole)
}

fn to_count(value: &JsValue) -> Option<u64> {
    match value.as_f64() {
        Some(number) => whole(number),
        None => u64::try_from(value.clone()).ok(),
    }
}

/// The properties of an object that are not `undefined`. `undefined` and `null` have none.
fn each_property(
    value: &JsValue,
    what: &'static str,
    mut property: impl FnMut(&str, &JsValue) -> Result<(), JsValue>,
) -> Result<(), JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(());
    }
    let object: &Object = value.dyn_ref().ok_or_else(|| wrong(what, "it is no object"))?;
    for entry in Object::entries(object) {
        let entry: Array = entry.unchecked_into();
        let (name, value) = (entry.get(0), entry.get(1));
        if !value.is_undefined() {
            property(&String::from(name.unchecked_into::<JsString>()), &value)?;
        }
    }
    Ok(())
}

fn wrong(what: &'static str, reason: &str) -> JsValue {
    to_thrown(ArgumentError { what, reason: reason.to_owned() })
}
