//! Work on an opened archive that is fed bytes and gives bytes out, for the modules that run such work in a worker.
//!
//! A worker opens the archive for itself and runs jobs on it. What a job does is decided in the pure rooms; here its options
//! are read, its wishes for bytes are handed out, and what it found becomes plain data.

mod decompressor;
mod job;
mod scan;

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use js_sys::Float64Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "js-inspect")]
pub(super) use self::job::Progress;
pub(super) use self::job::{JobHandle, Step, Work};
pub(super) use self::scan::Scanning;
use super::error::{BindingError, to_thrown};
use super::object::{NO_COUNT, limits, to_count, wrong};
use super::opener::{Opening, RangeData};
use crate::archive::{Archive, LayoutError};
use crate::limits::Limits;

/// An archive that jobs share.
#[derive(Clone)]
pub(super) struct Opened {
    archive: Rc<RefCell<Archive>>,
    pub(super) limits: Limits,
}

impl Opened {
    pub(super) fn archive(&self) -> Result<Ref<'_, Archive>, JsValue> {
        self.archive.try_borrow().map_err(|_| ended())
    }

    fn archive_mut(&self) -> Result<RefMut<'_, Archive>, JsValue> {
        self.archive.try_borrow_mut().map_err(|_| ended())
    }

    /// Where a layer's stored bytes lie.
    pub(super) fn range(&self, layer: usize) -> Result<RangeData, JsValue> {
        let source = self.archive()?.layer_source(layer).map_err(to_thrown)?;
        Ok(RangeData { file: source.file, offset: source.offset, length: source.length })
    }

    /// The stored layers of an image, lowest first.
    pub(super) fn layers(&self, image: usize) -> Result<Vec<usize>, JsValue> {
        let parts = self.archive()?.image_parts(image).map_err(to_thrown)?;
        let layers = parts.layers.iter().enumerate().map(|(position, layer)| {
            let absent = || LayoutError::LayerAbsent { image, layer: position, entry: layer.entry.clone() };
            layer.source.ok_or_else(|| to_thrown(absent()))
        });
        layers.collect()
    }
}

/// Opens a file that can be read anywhere.
#[wasm_bindgen]
pub struct JobOpener(Opening, Limits);

#[wasm_bindgen]
impl JobOpener {
    /// Opens one file of `size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, limit_values: &JsValue) -> Result<JobOpener, JsValue> {
        Ok(Self(Opening::file(size, limit_values)?, limits(limit_values)?))
    }

    /// Opens a folder, given by the paths below it and the sizes of its files.
    #[wasm_bindgen(js_name = forFolder)]
    pub fn for_folder(
        paths: Vec<String>,
        sizes: &Float64Array,
        limit_values: &JsValue,
    ) -> Result<JobOpener, JsValue> {
        Ok(Self(Opening::folder(paths, sizes, limit_values)?, limits(limit_values)?))
    }

    /// Takes the bytes asked for last and says which are needed next: `{ file, offset, length }` or `undefined`.
    pub fn next(&self, response: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        self.0.next(response)
    }

    /// What the file is compressed with as a whole: anything but `none` has to be unpacked first.
    pub fn compression(&self) -> Result<String, JsValue> {
        self.0.compression()
    }

    /// The opened file.
    pub fn finish(&self) -> Result<JobArchive, JsValue> {
        let archive = Rc::new(RefCell::new(self.0.finish()?));
        Ok(JobArchive(Opened { archive, limits: self.1 }))
    }
}

/// An opened file, for jobs.
#[wasm_bindgen]
pub struct JobArchive(pub(super) Opened);

/// A position or a count.
pub(super) fn count(what: &'static str, value: &JsValue) -> Result<usize, JsValue> {
    to_count(value)
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(|| wrong(what, &format!("it {NO_COUNT}")))
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("archive"))
}
