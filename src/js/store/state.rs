//! What can be changed about an image, all at once.

use std::collections::{BTreeMap, BTreeSet};

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::given::{id, reference};
use super::thrown::Thrown;
use super::{Store, text_if_any, texts};
use crate::image::{ImageId, Timestamp};
use crate::js::object::wrong;
use crate::store::{ImageState, StoreError};

/// `ImageStateParts` of the package: a list of names, parent, time and mark, and metadata as pairs.
pub(super) fn to_parts(state: &ImageState) -> JsValue {
    let pair = |(name, value): (&String, &Vec<u8>)| {
        Array::of2(&name.into(), &Uint8Array::from(value.as_slice()).into())
    };
    Array::of5(
        &texts(&state.names),
        &text_if_any(state.parent),
        &text_if_any(state.last_updated.as_ref()),
        &state.built_locally.into(),
        &state.metadata.iter().map(pair).collect::<Array>().into(),
    )
    .into()
}

pub(super) fn from_parts(parts: &JsValue) -> Result<ImageState, Thrown> {
    let part = |index| Reflect::get_u32(parts, index).unwrap_or_default();
    let list = |index, what| {
        let reason = "it is no list";
        part(index).dyn_into::<Array>().map_err(|_| wrong(what, reason))
    };
    let text =
        |value: &JsValue, what| value.as_string().ok_or_else(|| wrong(what, "there is one that is no text"));
    let mut names = BTreeSet::new();
    for name in list(0, "names")?.iter() {
        names.insert(reference(&text(&name, "names")?)?);
    }
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

impl From<Box<StoreError>> for Unwritten {
    fn from(error: Box<StoreError>) -> Self {
        Self::Failed(error)
    }
}

/// Gives an image another state if it still has the one before, and tells whether it had.
pub(super) async fn write(
    store: &Store,
    id: &ImageId,
    before: &ImageState,
    after: &ImageState,
) -> Result<bool, Box<StoreError>> {
    let change = |state: &mut ImageState| {
        if state != before {
            return Err(Unwritten::Changed);
        }
        state.clone_from(after);
        Ok(())
    };
    match store.update(id, change).await {
        Ok(_) => Ok(true),
        Err(Unwritten::Changed) => Ok(false),
        Err(Unwritten::Failed(error)) => Err(error),
    }
}
