//! Documents of the legacy graph.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::value::to_js;
use super::written::argument;
use crate::digest::Digest;
use crate::image::{ChainId, DiffId, HistoryEntry, HistoryStepData, RootFs, v1};
use crate::limits::Limits;

/// The identifier of a layer in the legacy form.
#[wasm_bindgen(js_name = v1CreateId)]
pub fn v1_create_id(document: &[u8], layer: &str, parent: Option<String>) -> Result<String, JsValue> {
    let fields = v1::parse(document, &Limits::default()).map_err(to_thrown)?;
    let parent = parent.map(|parent| Digest::parse(&parent)).transpose().map_err(to_thrown)?;
    Ok(v1::create_id(&fields, &ChainId::new(layer), parent).to_string())
}

/// A step of a history, as JSON: `HistoryEntry` in Docker's names.
fn entries(history: &str) -> Result<Vec<HistoryEntry>, JsValue> {
    argument(history)
}

/// The configuration that a legacy document of the top layer becomes.
#[wasm_bindgen(js_name = v1ToConfig)]
pub fn v1_to_config(document: &[u8], diff_ids: Vec<String>, history: &str) -> Result<Vec<u8>, JsValue> {
    let diff_ids = diff_ids.into_iter().map(DiffId::new).collect();
    let rootfs = RootFs { kind: RootFs::LAYERS.to_owned(), diff_ids };
    v1::to_config(document, &rootfs, &entries(history)?, &Limits::default()).map_err(to_thrown)
}

/// The legacy document of an image's top layer.
#[wasm_bindgen(js_name = v1FromConfig)]
pub fn v1_from_config(
    config: &[u8],
    id: &str,
    parent: Option<String>,
    throwaway: bool,
) -> Result<Vec<u8>, JsValue> {
    v1::from_config(config, id, parent.as_deref(), throwaway, &Limits::default()).map_err(to_thrown)
}

/// `HistoryStep` that a legacy document stands for.
#[wasm_bindgen(js_name = v1History)]
pub fn v1_history(document: &[u8], empty_layer: bool) -> Result<JsValue, JsValue> {
    let fields = v1::parse(document, &Limits::default()).map_err(to_thrown)?;
    to_js(&HistoryStepData::new(&v1::history(&fields, empty_layer), None))
}

/// Whether an identifier has the form that Docker asks for.
#[wasm_bindgen(js_name = v1IsValidId)]
pub fn v1_is_valid_id(id: &str) -> bool {
    v1::is_valid_id(id)
}

/// Whether one version of Docker is older than another.
#[wasm_bindgen(js_name = v1VersionLessThan)]
pub fn v1_version_less_than(version: &str, than: &str) -> bool {
    v1::version_less_than(version, than)
}
