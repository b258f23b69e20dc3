//! Opening a file that can be read anywhere, for the modules that hold archives.

use std::cell::RefCell;

use js_sys::Float64Array;
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::argument::ArgumentError;
use super::error::{BindingError, to_thrown};
use super::object::{self, NO_COUNT, whole, wrong};
use super::value::to_js;
use crate::archive::{Archive, Opener, Want};
use crate::json::size;

/// A range of a file.
#[derive(Serialize)]
pub(super) struct RangeData {
    pub(super) file: u32,
    #[serde(serialize_with = "size::serialize")]
    pub(super) offset: u64,
    #[serde(serialize_with = "size::serialize")]
    pub(super) length: u64,
}

impl From<Want> for RangeData {
    fn from(want: Want) -> Self {
        Self { file: want.file, offset: want.offset, length: want.length }
    }
}

/// An opener, until it has given its archive.
pub(super) struct Opening(RefCell<Option<Opener>>);

impl Opening {
    /// Opens one file of `size` bytes.
    pub(super) fn file(size: f64, limits: &JsValue) -> Result<Self, JsValue> {
        let limits = object::limits(limits)?;
        Ok(Self(RefCell::new(Some(Opener::new(count(size)?, &limits)))))
    }

    /// Opens a folder, given by the paths below it and the sizes of its files.
    pub(super) fn folder(
        paths: Vec<String>,
        sizes: &Float64Array,
        limits: &JsValue,
    ) -> Result<Self, JsValue> {
        let limits = object::limits(limits)?;
        let sizes = sizes.to_vec().into_iter().map(count).collect::<Result<Vec<u64>, JsValue>>()?;
        if sizes.len() != paths.len() {
            let reason = format!("{} sizes for {} paths", sizes.len(), paths.len());
            return Err(to_thrown(ArgumentError { what: "sizes", reason }));
        }
        let opener = Opener::for_folder(paths.into_iter().zip(sizes), &limits).map_err(to_thrown)?;
        Ok(Self(RefCell::new(Some(opener))))
    }

    /// Takes the bytes asked for last and says which are needed next: `{ file, offset, length }` or `undefined`.
    pub(super) fn next(&self, response: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        let mut opener = self.0.try_borrow_mut().map_err(|_| ended())?;
        let opener = opener.as_mut().ok_or_else(ended)?;
        match opener.next(response.as_deref()).map_err(to_thrown)? {
            Some(want) => to_js(&RangeData::from(want)),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// What the file is compressed with as a whole.
    pub(super) fn compression(&self) -> Result<String, JsValue> {
        let opener = self.0.try_borrow().map_err(|_| ended())?;
        Ok(opener.as_ref().ok_or_else(ended)?.compression().as_str().to_owned())
    }

    /// The opened file.
    pub(super) fn finish(&self) -> Result<Archive, JsValue> {
        let opener = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        opener.ok_or_else(ended)?.finish().map_err(to_thrown)
    }
}

/// A count of bytes.
fn count(size: f64) -> Result<u64, JsValue> {
    whole(size).ok_or_else(|| wrong("size", &format!("it {NO_COUNT}")))
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("opener"))
}
