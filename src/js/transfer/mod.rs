//! Moving images between files and stores.

mod convert;
mod layer;
mod load;
mod options;
mod repack;
mod save;
mod skip;
mod squashed;
mod tar;
mod write;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::jobs::{JobArchive, JobHandle, Opened};
use super::object::wrong;
use crate::codec::Compression;

impl Opened {
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

/// Begins a job of a kind.
#[wasm_bindgen(js_name = transferJob)]
pub fn transfer_job(archive: &JobArchive, kind: &str, options: &JsValue) -> Result<JobHandle, JsValue> {
    let opened = &archive.0;
    match kind {
        "convert" => convert::job(opened, options),
        "layer" => layer::job(opened, options),
        "load" => load::job(opened, options),
        "repack" => repack::job(opened, options),
        "tar" => tar::job(opened, options),
        _ => Err(wrong("job", "there is none of that name")),
    }
}

/// Begins to write images whose layers lie elsewhere; see `SavedImage` of the package.
#[wasm_bindgen(js_name = saveJob)]
pub fn save_job(images: &js_sys::Array, options: &JsValue) -> Result<JobHandle, JsValue> {
    save::job(images, options)
}
