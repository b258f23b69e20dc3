//! Files of virtual machines: what they are by their contents, and what their headers say.

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use super::object::{NO_COUNT, limits as limits_of, whole, wrong};
use super::value::to_js;
use crate::json::size;
use crate::vm;

/// A range of a file.
#[derive(Serialize)]
struct RangeData {
    #[serde(serialize_with = "size::serialize")]
    offset: u64,
    #[serde(serialize_with = "size::serialize")]
    length: u64,
}

/// Looks at a file that can be read anywhere.
#[wasm_bindgen]
pub struct DiskProbe(RefCell<Option<vm::DiskProbe>>);

#[wasm_bindgen]
impl DiskProbe {
    /// Looks at a file of `size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, limits: &JsValue) -> Result<DiskProbe, JsValue> {
        let limits = limits_of(limits)?;
        let size = whole(size).ok_or_else(|| wrong("size", &format!("it {NO_COUNT}")))?;
        Ok(Self(RefCell::new(Some(vm::DiskProbe::new(size, &limits)))))
    }

    /// Takes the bytes asked for last and says which are needed next: `{ offset, length }` or `undefined`.
    pub fn next(&self, response: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        let mut probe = self.0.try_borrow_mut().map_err(|_| ended())?;
        match probe.as_mut().ok_or_else(ended)?.next(response.as_deref()).map_err(to_thrown)? {
            Some(want) => to_js(&RangeData { offset: want.offset, length: want.length }),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// What the file is: `DiskData`.
    pub fn finish(&self) -> Result<JsValue, JsValue> {
        let probe = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        to_js(&probe.ok_or_else(ended)?.finish().map_err(to_thrown)?)
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("probe"))
}
