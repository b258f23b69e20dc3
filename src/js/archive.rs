//! Opening files, and what is known of an opened one.

use std::cell::RefCell;

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use super::opener::{Opening, RangeData};
use super::options::{self, ScanOptions};
use super::proto::restore_proto;
use super::scan::encode;
use super::scanned::decode;
use super::tree::TreeHandle;
use super::value::to_js;
use crate::archive::{Archive, Pass};
use crate::layer::TreeView;

/// Opens a file that can be read anywhere.
#[wasm_bindgen]
pub struct ArchiveOpener(Opening);

#[wasm_bindgen]
impl ArchiveOpener {
    /// Opens one file of `size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, limits: &JsValue) -> Result<ArchiveOpener, JsValue> {
        Opening::file(size, limits).map(Self)
    }

    /// Opens a folder, given by the paths below it and the sizes of its files.
    #[wasm_bindgen(js_name = forFolder)]
    pub fn for_folder(
        paths: Vec<String>,
        sizes: &Float64Array,
        limits: &JsValue,
    ) -> Result<ArchiveOpener, JsValue> {
        Opening::folder(paths, sizes, limits).map(Self)
    }

    /// Takes the bytes asked for last and says which are needed next: `{ file, offset, length }` or `undefined`.
    pub fn next(&self, response: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        self.0.next(response)
    }

    /// What the file is compressed with as a whole: anything but `none` asks for an `ArchivePass`.
    pub fn compression(&self) -> Result<String, JsValue> {
        self.0.compression()
    }

    /// The opened file.
    pub fn finish(&self) -> Result<ArchiveHandle, JsValue> {
        Ok(ArchiveHandle(RefCell::new(self.0.finish()?)))
    }
}

/// Reads a stream once and scans its layers as they go by.
#[wasm_bindgen]
pub struct ArchivePass(RefCell<Option<Pass>>);

#[wasm_bindgen]
impl ArchivePass {
    /// A pass at the start of a stream: `{ contents?: "xxh3" | "sha256", limits? }`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<ArchivePass, JsValue> {
        let options = ScanOptions::from_js(options)?;
        Ok(Self(RefCell::new(Some(Pass::new(options.contents, &options.limits)))))
    }

    /// Takes the next bytes.
    pub fn push(&self, chunk: &[u8]) -> Result<(), JsValue> {
        let mut pass = self.0.try_borrow_mut().map_err(|_| ended("pass"))?;
        pass.as_mut().ok_or_else(|| ended("pass"))?.push(chunk).map_err(to_thrown)
    }

    /// The opened file, its layers scanned.
    pub fn finish(&self) -> Result<ArchiveHandle, JsValue> {
        let pass = self.0.try_borrow_mut().map_err(|_| ended("pass"))?.take();
        let archive = pass.ok_or_else(|| ended("pass"))?.finish().map_err(to_thrown)?;
        Ok(ArchiveHandle(RefCell::new(archive)))
    }
}

/// An opened file.
#[wasm_bindgen]
pub struct ArchiveHandle(RefCell<Archive>);

#[wasm_bindgen]
impl ArchiveHandle {
    /// Everything known so far: `ArchiveData`.
    pub fn summary(&self) -> Result<JsValue, JsValue> {
        let data = self.archive()?.data();
        let value = to_js(&data)?;
        for (index, image) in data.images.iter().enumerate() {
            let index = index.to_string();
            restore_proto(&value, &["images", &index, "annotations"], &image.annotations)?;
            if let Some(config) = &image.config {
                restore_proto(&value, &["images", &index, "config", "labels"], &config.labels)?;
            }
        }
        Ok(value)
    }

    /// Where a layer's stored bytes lie: `{ file, offset, length }`.
    #[wasm_bindgen(js_name = layerSource)]
    pub fn layer_source(&self, layer: usize) -> Result<JsValue, JsValue> {
        let source = self.archive()?.layer_source(layer).map_err(to_thrown)?;
        to_js(&RangeData { file: source.file, offset: source.offset, length: source.length })
    }

    /// Takes what `LayerScanner.finish` returned.
    #[wasm_bindgen(js_name = addScan)]
    pub fn add_scan(&self, layer: usize, scan: &Uint8Array) -> Result<(), JsValue> {
        let scanned = decode(scan)?;
        self.archive_mut()?.add_scan(layer, scanned).map_err(to_thrown)
    }

    /// What a scan of a layer left, as it was taken; `undefined` when it has not been scanned.
    #[wasm_bindgen(js_name = scanOf)]
    pub fn scan_of(&self, layer: usize) -> Result<Option<Uint8Array>, JsValue> {
        Ok(self.archive()?.scan_of(layer).map(|scanned| encode(&scanned)))
    }

    /// Notes why a layer could not be scanned: `ErrorData`.
    #[wasm_bindgen(js_name = failScan)]
    pub fn fail_scan(&self, layer: usize, error: &JsValue) -> Result<(), JsValue> {
        self.archive_mut()?.fail_scan(layer, options::error_data(error)?).map_err(to_thrown)
    }

    /// The exact bytes of an image's config.
    #[wasm_bindgen(js_name = rawConfig)]
    pub fn raw_config(&self, image: usize) -> Result<Vec<u8>, JsValue> {
        self.archive()?.raw_config(image).map_err(to_thrown)
    }

    /// The exact bytes of an image's manifest.
    #[wasm_bindgen(js_name = rawManifest)]
    pub fn raw_manifest(&self, image: usize) -> Result<Vec<u8>, JsValue> {
        self.archive()?.raw_manifest(image).map(<[u8]>::to_vec).map_err(to_thrown)
    }

    /// The file system of an image's layers 0 to `up_to`, or what the last of them changed.
    pub fn tree(&self, image: usize, up_to: usize, changes_only: bool) -> Result<TreeHandle, JsValue> {
        let tree = self.archive()?.tree(image, up_to).map_err(to_thrown)?;
        Ok(TreeHandle::new(TreeView::new(tree, changes_only)))
    }

    fn archive(&self) -> Result<std::cell::Ref<'_, Archive>, JsValue> {
        self.0.try_borrow().map_err(|_| ended("archive"))
    }

    fn archive_mut(&self) -> Result<std::cell::RefMut<'_, Archive>, JsValue> {
        self.0.try_borrow_mut().map_err(|_| ended("archive"))
    }
}

fn ended(what: &'static str) -> JsValue {
    to_thrown(BindingError::Ended(what))
}
