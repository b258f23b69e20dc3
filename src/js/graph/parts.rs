//! URLs and filters, which need no graph.

use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::graph::{FilterRule, LayerUrl, PathFilter, StoreUrl};
use crate::js::error::to_thrown;
use crate::js::value::to_js;
use crate::limits::Limits;

#[derive(Serialize)]
struct UrlParts {
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    store: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// The parts of the URL of a layer or, without an id, of a store: `LayerUrlParts`.
#[wasm_bindgen(js_name = parseLayerUrl)]
pub fn parse_layer_url(url: &str, is_store: bool) -> Result<JsValue, JsValue> {
    let (store, id) = if is_store {
        (url.parse::<StoreUrl>().map_err(to_thrown)?, None)
    } else {
        let layer = url.parse::<LayerUrl>().map_err(to_thrown)?;
        (layer.store().clone(), Some(layer.id().to_owned()))
    };
    to_js(&UrlParts { host: store.host().map(str::to_owned), store: store.name().to_owned(), id })
}

/// The URL of a layer or, without an id, of a store.
#[wasm_bindgen(js_name = formatLayerUrl)]
pub fn format_layer_url(host: Option<String>, store: &str, id: Option<String>) -> Result<String, JsValue> {
    let store = StoreUrl::new(host.as_deref(), store).map_err(to_thrown)?;
    match id {
        Some(id) => Ok(store.layer(&id).map_err(to_thrown)?.to_string()),
        None => Ok(store.to_string()),
    }
}

/// A filter of paths.
#[wasm_bindgen]
pub struct FilterHandle(PathFilter);

#[wasm_bindgen]
impl FilterHandle {
    /// From prefixes to include and to exclude, and the paths to rebase and to strip.
    pub fn create(
        include: Vec<String>,
        exclude: Vec<String>,
        rebase: Option<String>,
        strip: Option<String>,
    ) -> Result<Self, JsValue> {
        let with = |rule| move |path| (path, rule);
        let rules = include.into_iter().map(with(FilterRule::Include));
        let rules = rules.chain(exclude.into_iter().map(with(FilterRule::Exclude)));
        let rules = rules.chain(rebase.into_iter().map(with(FilterRule::Rebase)));
        let rules = rules.chain(strip.into_iter().map(with(FilterRule::Strip)));
        PathFilter::new(rules).map(Self).map_err(to_thrown)
    }

    /// From the form on the wire.
    pub fn decode(text: &str) -> Result<Self, JsValue> {
        PathFilter::decode(text, &Limits::default()).map(Self).map_err(to_thrown)
    }

    /// The form on the wire.
    pub fn encode(&self) -> String {
        self.0.encode()
    }

    /// The name that a path gets; nothing for one that is left out.
    pub fn apply(&self, path: &str) -> Option<String> {
        // Cut where a prefix of text ends, it is text still.
        self.0.apply(path.as_bytes()).and_then(|path| String::from_utf8(path).ok())
    }

    /// Inclusions, exclusions, rebase path, strip path.
    pub fn parts(&self) -> Result<JsValue, JsValue> {
        let (include, exclude) =
            (self.0.inclusions().collect::<Vec<_>>(), self.0.exclusions().collect::<Vec<_>>());
        let paths = Array::of2(&to_js(&include)?, &to_js(&exclude)?);
        paths.push(&self.0.rebase_path().into());
        paths.push(&self.0.strip_path().into());
        Ok(paths.into())
    }
}
