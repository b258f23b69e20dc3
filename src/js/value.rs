//! Plain data on its way to JavaScript.

use serde::Serialize;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::JsValue;

use super::error::{BindingError, to_thrown};

/// A value as plain objects and arrays: what is absent is left out or `undefined`, bytes are a `Uint8Array`.
pub(super) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    plain(value).map_err(|error| to_thrown(BindingError::Unrepresentable(error.to_string())))
}

/// The same with the serialiser's own error.
pub(super) fn plain<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Error> {
    value.serialize(&Serializer::new().serialize_maps_as_objects(true))
}
