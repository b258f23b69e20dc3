//! Plain objects, read property by property.

use js_sys::{Array, JsString, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::argument::ArgumentError;
use super::error::to_thrown;
use crate::json::size::MAX_NUMBER;
use crate::limits::Limits;

/// Limits by name; what is absent has its default.
pub(super) fn limits(values: &JsValue) -> Result<Limits, JsValue> {
    let mut limits = Limits::default();
    each_property(values, "limits", |name, value| {
        let value = to_count(value).ok_or_else(|| wrong("limits", &format!("`{name}` {NO_COUNT}")))?;
        limits.set(name, value).map_err(to_thrown)
    })?;
    Ok(limits)
}

/// What is wrong with a number that counts nothing.
pub(super) const NO_COUNT: &str = "is no whole number from 0 to 2^53 - 1";

/// A whole number that a double holds exactly.
pub(super) fn whole(number: f64) -> Option<u64> {
    let whole = number as u64;
    (whole as f64 == number && whole <= MAX_NUMBER).then_some(whole)
}

/// A whole number, given as a number or a `bigint`.
pub(super) fn to_count(value: &JsValue) -> Option<u64> {
    match value.as_f64() {
        Some(number) => whole(number),
        None => u64::try_from(value.clone()).ok(),
    }
}

/// The properties of an object that are not `undefined`. `undefined` and `null` have none.
pub(super) fn each_property(
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

/// An argument is not what it should be.
pub(super) fn wrong(what: &'static str, reason: &str) -> JsValue {
    to_thrown(ArgumentError { what, reason: reason.to_owned() })
}
