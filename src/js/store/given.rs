//! What a call was given, by position.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::thrown::Thrown;
use crate::image::ImageId;
use crate::js::error::to_thrown;
use crate::js::object::wrong;
use crate::reference::Reference;

/// The arguments of a call. The package passes what its types promise; callers without types can pass anything.
pub(super) struct Given(Array);

impl Given {
    pub(super) const fn new(arguments: Array) -> Self {
        Self(arguments)
    }

    pub(super) fn value(&self, at: u32) -> JsValue {
        self.0.get(at)
    }

    /// The same; nothing for `undefined` and `null`.
    fn present(&self, at: u32) -> Option<JsValue> {
        Some(self.value(at)).filter(|value| !value.is_undefined() && !value.is_null())
    }

    pub(super) fn flag(&self, at: u32) -> bool {
        self.value(at).is_truthy()
    }

    pub(super) fn text(&self, at: u32) -> Result<String, Thrown> {
        text(&self.value(at))
    }

    pub(super) fn bytes(&self, at: u32) -> Result<Vec<u8>, Thrown> {
        bytes(&self.value(at))
    }

    pub(super) fn bytes_if_any(&self, at: u32) -> Result<Option<Vec<u8>>, Thrown> {
        self.present(at).as_ref().map(bytes).transpose()
    }

    pub(super) fn id(&self, at: u32) -> Result<ImageId, Thrown> {
        id(&self.text(at)?)
    }

    pub(super) fn id_if_any(&self, at: u32) -> Result<Option<ImageId>, Thrown> {
        self.present(at).map(|value| id(&text(&value)?)).transpose()
    }

    pub(super) fn reference(&self, at: u32) -> Result<Reference, Thrown> {
        reference(&self.text(at)?)
    }
}

pub(super) fn text(value: &JsValue) -> Result<String, Thrown> {
    value.as_string().ok_or_else(|| wrong("argument", "it is no text").into())
}

pub(super) fn bytes(value: &JsValue) -> Result<Vec<u8>, Thrown> {
    match value.dyn_ref::<Uint8Array>() {
        Some(bytes) => Ok(bytes.to_vec()),
        None => Err(wrong("argument", "it is no Uint8Array").into()),
    }
}

pub(super) fn id(text: &str) -> Result<ImageId, Thrown> {
    Ok(ImageId::parse(text).map_err(to_thrown)?)
}

pub(super) fn reference(text: &str) -> Result<Reference, Thrown> {
    Ok(Reference::parse_normalized(text).map_err(to_thrown)?)
}
