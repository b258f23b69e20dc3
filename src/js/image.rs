//! Configurations.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::value::{restore_proto, to_js};
use crate::image::{ImageConfig, ImageConfigData};
use crate::limits::Limits;

/// `ImageConfigData` of a configuration's exact bytes.
#[wasm_bindgen(js_name = parseImageConfig)]
pub fn parse_image_config(bytes: Vec<u8>) -> Result<JsValue, JsValue> {
    let config = ImageConfig::parse(bytes, &Limits::default()).map_err(to_thrown)?;
    let data = ImageConfigData::from(&config);
    let value = to_js(&data)?;
    restore_proto(&value, &["config", "labels"], &data.config.labels)?;
    Ok(value)
}
