//! What jobs are begun with. Properties are read one by one, so that a wrong one is named.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::archive::ImageChoice;
use crate::codec::{Compression, Encoding};
use crate::image::Platform;
use crate::js::jobs::count;
use crate::js::object::wrong;
use crate::js::written::argument;

/// A compression's name.
pub(super) fn compression(value: &JsValue) -> Result<Compression, JsValue> {
    const WRITTEN: [Compression; 3] = [Compression::None, Compression::Gzip, Compression::Zstd];
    value
        .as_string()
        .and_then(|name| WRITTEN.into_iter().find(|known| known.as_str() == name))
        .ok_or_else(|| wrong("compression", "it is none of none, gzip, zstd"))
}

/// A level of a compression.
pub(super) fn level(value: &JsValue) -> Result<i32, JsValue> {
    let level = value.as_f64().unwrap_or(f64::NAN);
    let whole = level as i32;
    if f64::from(whole) == level { Ok(whole) } else { Err(wrong("level", "it is no whole number")) }
}

/// A compression with its level.
pub(super) fn encoding(compression: Option<Compression>, level: Option<i32>) -> Option<Encoding> {
    compression.map(|compression| Encoding { compression, level })
}

/// Images by their positions, names or ids.
pub(super) fn images(value: &JsValue) -> Result<Vec<ImageChoice>, JsValue> {
    let choice = |image: JsValue| match image.as_string() {
        Some(name) => Ok(ImageChoice::Name(name)),
        None => count("images", &image).map(ImageChoice::Index),
    };
    Array::from(value).iter().map(choice).collect()
}

/// A platform, as JSON.
pub(super) fn platform(what: &'static str, value: &JsValue) -> Result<Platform, JsValue> {
    argument(&value.as_string().ok_or_else(|| wrong(what, "it is no text"))?)
}

/// Several of them.
pub(super) fn platforms(value: &JsValue) -> Result<Vec<Platform>, JsValue> {
    Array::from(value).iter().map(|value| platform("platforms", &value)).collect()
}
