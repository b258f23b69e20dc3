//! Arguments that cross as text.

use wasm_bindgen::JsValue;

use super::error::to_thrown;
use crate::json::{self, Decode};
use crate::limits::Limits;

/// An argument that the package wrote as JSON.
pub(super) fn argument<T: Decode + Default>(text: &str) -> Result<T, JsValue> {
    let mut value = T::default();
    read_argument(text, &mut value)?;
    Ok(value)
}

fn read_argument(text: &str, value: &mut dyn Decode) -> Result<(), JsValue> {
    json::decode(text.as_bytes(), value, &Limits::default()).map_err(to_thrown)?.map_err(to_thrown)
}
