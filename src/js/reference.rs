//! References.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::value::to_js;
use crate::reference::{Kind, Reference};

/// `ReferenceData` of the package.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    canonical: &'a str,
    familiar: &'a str,
    kind: Kind,
}

/// A reference in its parts; with `normalize` short names are completed as Docker does.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str, normalize: bool) -> Result<JsValue, JsValue> {
    let parsed = if normalize { Reference::parse_normalized(text) } else { Reference::parse(text) };
    let reference = parsed.map_err(to_thrown)?;
    to_js(&ReferenceData {
        domain: Some(reference.domain()).filter(|domain| !domain.is_empty()),
        path: reference.path(),
        tag: reference.tag(),
        digest: reference.digest(),
        canonical: reference.as_str(),
        familiar: reference.familiar(),
        kind: reference.kind(),
    })
}
