//! A scanned layer on its way between workers.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use super::error::to_thrown;
use crate::layer::ScannedLayer;

/// The layer that a scan worker wrote, read piece by piece.
pub(super) fn decode(bytes: &Uint8Array) -> Result<ScannedLayer, JsValue> {
    let mut at = 0;
    ScannedLayer::read(u64::from(bytes.length()), &mut |buffer| {
        let end = at + buffer.len() as u32;
        bytes.subarray(at, end).copy_to(buffer);
        at = end;
    })
    .map_err(to_thrown)
}
