//! Moving images between files and stores.
//!
//! A worker opens the archive for itself and runs jobs on it. What a job does is decided in the pure rooms; here its options
//! are read, its wishes for bytes are handed out, and what it found becomes plain data.

mod convert;
mod decompressor;
mod file;
mod job;
mod layer;
mod load;
mod options;
mod repack;
mod save;
mod scan;
mod skip;
mod squashed;
mod tar;
mod write;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use self::job::JobHandle;
use super::error::{BindingError, to_thrown};
use super::object::{limits, wrong};
use super::opener::{Opening, RangeData};
use super::scanned::decode;
use crate::archive::{Archive, LayoutError};
use crate::codec::Compression;
use crate::limits::Limits;

/// An archive that jobs share.
#[derive(Clone)]
struct Opened {
    archive: Rc<RefCell<Archive>>,
    limits: Limits,
}

impl Opened {
    fn archive(&self) -> Result<std::cell::Ref<'_, Archive>, JsValue> {
        self.archive.try_borrow().map_err(|_| ended())
    }

    fn archive_mut(&self) -> Result<std::cell::RefMut<'_, Archive>, JsValue> {
        self.archive.try_borrow_mut().map_err(|_| ended())
    }

    /// Where a layer's stored bytes lie.
    fn range(&self, layer: usize) -> Result<RangeData, JsValue> {
        let source = self.archive()?.layer_source(layer).map_err(to_thrown)?;
        Ok(RangeData { file: source.file, offset: source.offset, length: source.length })
    }

    /// The stored layers of an image, lowest first.
    fn layers(&self, image: usize) -> Result<Vec<usize>, JsValue> {
        let parts = self.archive()?.image_parts(image).map_err(to_thrown)?;
        let layers = parts.layers.iter().enumerate().map(|(position, layer)| {
            let absent = || LayoutError::LayerAbsent { image, layer: position, entry: layer.entry.clone() };
            layer.source.ok_or_else(|| to_thrown(absent()))
        });
        layers.collect()
    }

    /// What a scanned layer is compressed with.
    fn compression(&self, layer: usize) -> Result<Compression, JsValue> {
        let data = self.archive()?.data();
        let report = data.layers.get(layer).and_then(|layer| layer.scan.as_ref());
        Ok(report.map_or(Compression::None, |report| report.compression))
    }

    /// What messages call a layer: where it lies in the file.
    fn entry(&self, layer: usize) -> Result<String, JsValue> {
        let data = self.archive()?.data();
        Ok(data.layers.get(layer).map(|layer| layer.path.clone()).unwrap_or_default())
    }
}

/// Opens a file that can be read anywhere.
#[wasm_bindgen]
pub struct TransferOpener(Opening, Limits);

#[wasm_bindgen]
impl TransferOpener {
    /// Opens one file of `size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, limit_values: &JsValue) -> Result<TransferOpener, JsValue> {
        Ok(Self(Opening::file(size, limit_values)?, limits(limit_values)?))
    }

    /// Opens a folder, given by the paths below it and the sizes of its files.
    #[wasm_bindgen(js_name = forFolder)]
    pub fn for_folder(
        paths: Vec<String>,
        sizes: &Float64Array,
        limit_values: &JsValue,
    ) -> Result<TransferOpener, JsValue> {
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
    pub fn finish(&self) -> Result<TransferHandle, JsValue> {
        let archive = Rc::new(RefCell::new(self.0.finish()?));
        Ok(TransferHandle(Opened { archive, limits: self.1 }))
    }
}

/// An opened file.
#[wasm_bindgen]
pub struct TransferHandle(Opened);

#[wasm_bindgen]
impl TransferHandle {
    /// Begins a job of a kind.
    pub fn job(&self, kind: &str, options: &JsValue) -> Result<JobHandle, JsValue> {
        match kind {
            "convert" => convert::job(&self.0, options),
            "file" => file::job(&self.0, options),
            "layer" => layer::job(&self.0, options),
            "load" => load::job(&self.0, options),
            "repack" => repack::job(&self.0, options),
            "tar" => tar::job(&self.0, options),
            "versions" => file::versions_job(&self.0, options),
            _ => Err(wrong("job", "there is none of that name")),
        }
    }

    /// Takes what a scan worker found of a layer.
    #[wasm_bindgen(js_name = addScan)]
    pub fn add_scan(&self, layer: usize, scan: &Uint8Array) -> Result<(), JsValue> {
        let scanned = decode(scan)?;
        self.0.archive_mut()?.add_scan(layer, scanned).map_err(to_thrown)
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("archive"))
}

/// Begins to write images whose layers lie elsewhere; see `SavedImage` of the package.
#[wasm_bindgen(js_name = saveJob)]
pub fn save_job(images: &js_sys::Array, options: &JsValue) -> Result<JobHandle, JsValue> {
    save::job(images, options)
}
