//! Layer stores that are JavaScript objects.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::image::{ChainId, DiffId};
use crate::js::object::to_count;
use crate::store::{FreedLayer, LayerError, LayerStore, LayerStores};

#[wasm_bindgen]
extern "C" {
    /// `GuardedLayers` of the package: a caller's layer store whose calls always give a promise.
    #[derive(Clone)]
    pub type GuardedLayers;

    #[wasm_bindgen(method, getter)]
    fn os(this: &GuardedLayers) -> Option<String>;
    #[wasm_bindgen(method, catch)]
    async fn get(this: &GuardedLayers, chain_id: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn release(this: &GuardedLayers, layer: &JsValue) -> Result<JsValue, JsValue>;
}

/// Who keeps the layers of one operating system, or of all.
pub(super) enum JsLayers {
    /// Nobody: every layer is taken to be there.
    Nobody,
    /// The caller.
    Caller(GuardedLayers),
}

/// The layer stores of the caller, each for its operating system; one without is for all others.
pub(super) fn layer_stores(given: Vec<GuardedLayers>) -> LayerStores<JsLayers> {
    let (named, others): (Vec<_>, Vec<_>) = given
        .into_iter()
        .map(|layers| (layers.os(), JsLayers::Caller(layers)))
        .partition(|(os, _)| os.is_some());
    let mut named = named.into_iter().filter_map(|(os, layers)| Some((os?, layers)));
    let first = match others.into_iter().next() {
        Some((_, others)) => LayerStores::any(others),
        None => match named.next() {
            Some((os, layers)) => LayerStores::of(&os, layers),
            None => LayerStores::any(JsLayers::Nobody),
        },
    };
    named.fold(first, |stores, (os, layers)| stores.and(&os, layers))
}

/// A reference to a layer: what the caller gave for it.
pub(super) struct JsLayer {
    chain_id: ChainId,
    reference: JsValue,
}

fn failed(chain_id: &ChainId, thrown: &JsValue) -> LayerError {
    let reason = Reflect::get(thrown, &"reason".into()).ok().and_then(|reason| reason.as_string());
    LayerError { chain_id: chain_id.clone(), reason: reason.unwrap_or_default() }
}

impl LayerStore for JsLayers {
    type Layer = JsLayer;

    fn has_all(&self) -> bool {
        matches!(self, Self::Nobody)
    }

    async fn get(&self, chain_id: &ChainId) -> Result<Option<JsLayer>, LayerError> {
        let reference = match self {
            Self::Nobody => JsValue::NULL,
            Self::Caller(calls) => {
                calls.get(chain_id.as_str()).await.map_err(|error| failed(chain_id, &error))?
            }
        };
        if reference.is_undefined() {
            return Ok(None);
        }
        Ok(Some(JsLayer { chain_id: chain_id.clone(), reference }))
    }

    async fn release(&self, layer: JsLayer) -> Result<Vec<FreedLayer>, LayerError> {
        let Self::Caller(calls) = self else { return Ok(Vec::new()) };
        let freed = calls.release(&layer.reference).await.map_err(|error| failed(&layer.chain_id, &error))?;
        let wrong = || LayerError {
            chain_id: layer.chain_id.clone(),
            reason: "the answer is no list of freed layers".to_owned(),
        };
        freed
            .dyn_ref::<Array>()
            .ok_or_else(wrong)?
            .iter()
            .map(|one| freed_layer(&one).ok_or_else(wrong))
            .collect()
    }
}

fn freed_layer(value: &JsValue) -> Option<FreedLayer> {
    let member = |name: &str| Reflect::get(value, &name.into()).ok();
    let text = |name: &str| member(name)?.as_string();
    let size = |name: &str| to_count(&member(name)?);
    Some(FreedLayer {
        chain_id: ChainId::new(text("chainId")?),
        diff_id: DiffId::new(text("diffId")?),
        size: size("size")?,
        own_size: size("ownSize")?,
    })
}
