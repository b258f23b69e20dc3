//! The scan of a layer.

use std::cell::RefCell;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use super::options::ScanOptions;
use crate::layer::{LayerScan, ScannedParts};

/// A layer that is read piece by piece.
#[wasm_bindgen]
pub struct LayerScanner(RefCell<Option<LayerScan>>);

#[wasm_bindgen]
impl LayerScanner {
    /// A scan at the start of a layer: `{ contents?: "xxh3" | "sha256", limits? }`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<LayerScanner, JsValue> {
        let options = ScanOptions::from_js(options)?;
        Ok(Self(RefCell::new(Some(LayerScan::new(options.contents, &options.limits)))))
    }

    /// Takes the next stored bytes.
    pub fn push(&self, chunk: &[u8]) -> Result<(), JsValue> {
        let mut scan = self.0.try_borrow_mut().map_err(|_| ended())?;
        scan.as_mut().ok_or_else(ended)?.push(chunk);
        Ok(())
    }

    /// Ends the layer: report and file table as bytes for `ArchiveHandle.addScan`.
    pub fn finish(&self) -> Result<Uint8Array, JsValue> {
        let scan = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        Ok(encode(&scan.ok_or_else(ended)?.finish().parts()))
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("scan"))
}

/// The layer's bytes in JavaScript's memory, written piece by piece.
pub(super) fn encode(layer: &ScannedParts<'_>) -> Uint8Array {
    let bytes = Uint8Array::new_with_length(u32::try_from(layer.encoded_len()).unwrap_or(u32::MAX));
    let mut at = 0;
    layer.write(&mut |piece| {
        let end = at + piece.len() as u32;
        bytes.subarray(at, end).copy_from(piece);
        at = end;
    });
    bytes
}
