//! Manifests and indexes.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::proto::restore_proto;
use super::value::to_js;
use crate::limits::Limits;
use crate::manifest::{Document, DocumentData};

/// `ManifestData` of a manifest's exact bytes; a media type that is known decides what kind it is.
#[wasm_bindgen(js_name = parseManifest)]
pub fn parse_manifest(bytes: Vec<u8>, media_type: Option<String>) -> Result<JsValue, JsValue> {
    let document = Document::parse(bytes, media_type.as_deref(), &Limits::default()).map_err(to_thrown)?;
    let data = DocumentData::from(&document);
    let value = to_js(&data)?;
    restore_proto(&value, &["annotations"], data.annotations)?;
    Ok(value)
}
