//! A stream that is decompressed, for files that are compressed as a whole.

use std::cell::RefCell;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::codec::{CodecError, Compression, Decoder};
use crate::js::error::{BindingError, to_thrown};
use crate::js::object::{limits, wrong};

/// A stream that is decompressed piece by piece.
#[wasm_bindgen]
pub struct Decompressor(RefCell<Option<Decoder>>);

#[wasm_bindgen]
impl Decompressor {
    /// A decoder at the start of a stream of that compression.
    #[wasm_bindgen(constructor)]
    pub fn new(compression: &str, limit_values: &JsValue) -> Result<Decompressor, JsValue> {
        const KNOWN: [Compression; 5] =
            [Compression::None, Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];
        let compression = KNOWN
            .into_iter()
            .find(|known| known.as_str() == compression)
            .ok_or_else(|| wrong("compression", "there is none of that name"))?;
        Ok(Self(RefCell::new(Some(Decoder::new(compression, &limits(limit_values)?)))))
    }

    /// Takes the next bytes and gives what they unpack to.
    pub fn push(&self, bytes: &[u8]) -> Result<Uint8Array, JsValue> {
        let mut decoder = self.0.try_borrow_mut().map_err(|_| ended())?;
        let mut out = Vec::new();
        decoder
            .as_mut()
            .ok_or_else(ended)?
            .push::<CodecError>(bytes, &mut |piece| {
                out.extend_from_slice(piece);
                Ok(())
            })
            .map_err(to_thrown)?;
        Ok(Uint8Array::from(out.as_slice()))
    }

    /// Ends the stream.
    pub fn finish(&self) -> Result<(), JsValue> {
        let decoder = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        decoder.ok_or_else(ended)?.finish().map_err(to_thrown)
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("decompressor"))
}
