//! SIF files: what they say, and whether they are what their signatures state.

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use super::object::{NO_COUNT, limits as limits_of, whole, wrong};
use super::proto::restore_proto;
use super::value::to_js;
use crate::json::size;
use crate::limits::Limits;
use crate::sif::{Integrity, Opener, Sif, Want};

/// A range of a file.
#[derive(Serialize)]
struct RangeData {
    #[serde(serialize_with = "size::serialize")]
    offset: u64,
    #[serde(serialize_with = "size::serialize")]
    length: u64,
}

fn range(want: Option<Want>) -> Result<JsValue, JsValue> {
    match want {
        Some(want) => to_js(&RangeData { offset: want.offset, length: want.length }),
        None => Ok(JsValue::UNDEFINED),
    }
}

/// Opens a SIF file that can be read anywhere.
#[wasm_bindgen]
pub struct SifOpener {
    opener: RefCell<Option<Opener>>,
    limits: Limits,
}

#[wasm_bindgen]
impl SifOpener {
    /// Opens a file of `size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, limits: &JsValue) -> Result<SifOpener, JsValue> {
        let limits = limits_of(limits)?;
        let size = whole(size).ok_or_else(|| wrong("size", &format!("it {NO_COUNT}")))?;
        Ok(Self { opener: RefCell::new(Some(Opener::new(size, &limits))), limits })
    }

    /// Takes the bytes asked for last and says which are needed next: `{ offset, length }` or `undefined`.
    pub fn next(&self, response: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        let mut opener = self.opener.try_borrow_mut().map_err(|_| ended())?;
        range(opener.as_mut().ok_or_else(ended)?.next(response.as_deref()).map_err(to_thrown)?)
    }

    /// The opened file.
    pub fn finish(&self) -> Result<SifHandle, JsValue> {
        let opener = self.opener.try_borrow_mut().map_err(|_| ended())?.take();
        let sif = opener.ok_or_else(ended)?.finish().map_err(to_thrown)?;
        Ok(SifHandle { sif, limits: self.limits })
    }
}

/// An opened SIF file.
#[wasm_bindgen]
pub struct SifHandle {
    sif: Sif,
    limits: Limits,
}

#[wasm_bindgen]
impl SifHandle {
    /// Everything that is known of the file: `SifData`.
    pub fn summary(&self) -> Result<JsValue, JsValue> {
        let data = self.sif.data(&self.limits);
        let value = to_js(&data)?;
        if let Some(labels) = &data.labels {
            restore_proto(&value, &["labels"], labels)?;
        }
        if let Some(config) = &data.config {
            restore_proto(&value, &["config", "labels"], &config.labels)?;
        }
        for (index, image) in data.images.iter().enumerate() {
            let index = index.to_string();
            if let Some(config) = &image.config {
                restore_proto(&value, &["images", &index, "config", "labels"], &config.labels)?;
            }
            for (layer, descriptor) in image.layers.iter().enumerate() {
                let path = ["images", &index, "layers", &layer.to_string(), "annotations"];
                restore_proto(&value, &path, &descriptor.annotations)?;
            }
        }
        Ok(value)
    }

    /// The comparison with what the signatures state, and the digest of the file.
    pub fn integrity(&self) -> Result<IntegrityHandle, JsValue> {
        let integrity = Integrity::new(&self.sif, true, &self.limits).map_err(to_thrown)?;
        Ok(IntegrityHandle(RefCell::new(Some(integrity))))
    }
}

/// A running comparison.
#[wasm_bindgen]
pub struct IntegrityHandle(RefCell<Option<Integrity>>);

#[wasm_bindgen]
impl IntegrityHandle {
    /// Bytes that will be read altogether.
    pub fn total(&self) -> Result<f64, JsValue> {
        let integrity = self.0.try_borrow().map_err(|_| ended())?;
        Ok(integrity.as_ref().ok_or_else(ended)?.total() as f64)
    }

    /// Takes the bytes asked for last and says which are needed next: `{ offset, length }` or `undefined`.
    pub fn next(&self, response: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        let mut integrity = self.0.try_borrow_mut().map_err(|_| ended())?;
        range(integrity.as_mut().ok_or_else(ended)?.next(response.as_deref()).map_err(to_thrown)?)
    }

    /// What was computed: `SifIntegrity`.
    pub fn finish(&self) -> Result<JsValue, JsValue> {
        let integrity = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        to_js(&integrity.ok_or_else(ended)?.finish().map_err(to_thrown)?)
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("SIF file"))
}
