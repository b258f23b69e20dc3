//! What can be changed about an image, all at once.

use std::collections::{BTreeMap, BTreeSet};

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::{StoreHandle, id, reference, texts, thrown};
use crate::image::Timestamp;
use crate::js::object::wrong;
use crate::js::value::to_js;
use crate::store::{ImageState, StoreError};

/// `ImageStateParts` of the package: a list of names, parent, time and mark, and metadata as pairs.
fn to_parts(state: &ImageState) -> Result<JsValue, JsValue> {
    let metadata = Array::new();
    for (name, value) in &state.metadata {
        metadata.push(&Array::of2(&name.into(), &Uint8Array::from(value.as_slice())).into());
    }
    let optional = |text: Option<String>| text.map_or(JsValue::UNDEFINED, JsValue::from);
    let parts = Array::new();
    parts.push(&to_js(&texts(&state.names))?);
    parts.push(&optional(state.parent.map(|parent| parent.to_string())));
    parts.push(&optional(state.last_updated.as_ref().map(|time| time.as_str().to_owned())));
    parts.push(&state.built_locally.into());
    parts.push(&metadata);
    Ok(parts.into())
}

fn from_parts(parts: &JsValue) -> Result<ImageState, JsValue> {
    let part = |index| Reflect::get_u32(parts, index).unwrap_or_default();
    let list = |index, what| {
        let reason = "it is no list";
        part(index).dyn_into::<Array>().map_err(|_| wrong(what, reason))
    };
    let text =
        |value: &JsValue, what| value.as_string().ok_or_else(|| wrong(what, "there is one that is no text"));
    let names = list(0, "names")?
        .iter()
        .map(|name| reference(&text(&name, "names")?))
        .collect::<Result<BTreeSet<_>, JsValue>>()?;
    let mut metadata = BTreeMap::new();
    for pair in list(4, "metadata")?.iter() {
        let name = text(&Reflect::get_u32(&pair, 0).unwrap_or_default(), "metadata")?;
        let value = Reflect::get_u32(&pair, 1).unwrap_or_default();
        let value: &Uint8Array =
            value.dyn_ref().ok_or_else(|| wrong("metadata", "there is one that is no Uint8Array"))?;
        metadata.insert(name, value.to_vec());
    }
    let last_updated = match part(2).as_string() {
        None => None,
        Some(time) => {
            let wrong = || wrong("lastUpdated", "it is no time in the form of RFC 3339");
            Some(Timestamp::parse(&time).ok_or_else(wrong)?)
        }
    };
    let parent = part(1).as_string().as_deref().map(id).transpose()?;
    Ok(ImageState { names, parent, last_updated, built_locally: part(3).is_truthy(), metadata })
}

/// Why a state was not written.
enum Unwritten {
    /// The image is no longer as it was.
    Changed,
    Failed(Box<StoreError>),
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        Self::Failed(Box::new(error))
    }
}

#[wasm_bindgen]
impl StoreHandle {
    /// What can be changed about an image: a promise of `ImageStateParts`.
    pub fn state(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move { to_parts(&store.state(&id).await.map_err(thrown)?) })
    }

    /// Gives an image another state if it still has the one before: a promise of whether it had.
    #[wasm_bindgen(js_name = writeState)]
    pub fn write_state(&self, image: &str, before: &JsValue, after: &JsValue) -> Result<Promise, JsValue> {
        let (id, before, after) = (id(image)?, from_parts(before)?, from_parts(after)?);
        self.run(|store| async move {
            let change = |state: &mut ImageState| {
                if *state != before {
                    return Err(Unwritten::Changed);
                }
                state.clone_from(&after);
                Ok(())
            };
            match store.update(&id, change).await {
                Ok(_) => Ok(JsValue::TRUE),
                Err(Unwritten::Changed) => Ok(JsValue::FALSE),
                Err(Unwritten::Failed(error)) => Err(thrown(*error)),
            }
        })
    }
}
