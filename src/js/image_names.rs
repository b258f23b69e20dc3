//! Several names of one image. They cross as their JSON, which holds all of it.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::image::wrong;
use super::value::to_js;
use crate::limits::Limits;
use crate::reference::ImageNames;

/// `ImageNamesParts` of the package.
#[derive(Serialize)]
struct Parts<'a> {
    json: String,
    uri: &'a str,
    tags: Vec<&'a str>,
    digests: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    text: String,
}

impl<'a> From<&'a ImageNames> for Parts<'a> {
    fn from(names: &'a ImageNames) -> Self {
        Self {
            json: names.to_json(),
            uri: names.uri(),
            tags: names.tags().collect(),
            digests: names.digests().collect(),
            first: names.first(),
            text: names.to_string(),
        }
    }
}

fn read(json: &str) -> Result<ImageNames, JsValue> {
    ImageNames::from_json(json.as_bytes(), &Limits::default()).map_err(to_thrown)
}

/// The names that a text gives: a name, or the JSON of several.
#[wasm_bindgen(js_name = imageNames)]
pub fn image_names(text: &str, is_json: bool) -> Result<JsValue, JsValue> {
    let names = if is_json { read(text)? } else { ImageNames::parse(text).map_err(to_thrown)? };
    to_js(&Parts::from(&names))
}

/// The names with others put to them or taken away.
#[wasm_bindgen(js_name = changeImageNames)]
pub fn change_image_names(json: &str, change: &str, names: Vec<String>) -> Result<JsValue, JsValue> {
    let mut all = read(json)?;
    match change {
        "addTags" => all.add_tags(names).map_err(to_thrown)?,
        "addDigests" => all.add_digests(names).map_err(to_thrown)?,
        "removeTags" => names.iter().for_each(|tag| {
            all.remove_tag(tag);
        }),
        "removeDigests" => names.iter().for_each(|digest| {
            all.remove_digest(digest);
        }),
        _ => return Err(wrong("change", "there is no such change")),
    }
    to_js(&Parts::from(&all))
}
