//! Where a text is looked for.

use wasm_bindgen::JsValue;

use super::object::wrong;
use crate::store::ResolveOrder;

/// The order of that name.
pub(super) fn order(name: &str) -> Result<ResolveOrder, JsValue> {
    match name {
        "names-first" => Ok(ResolveOrder::NamesFirst),
        "ids-first" => Ok(ResolveOrder::IdsFirst),
        "names" => Ok(ResolveOrder::NamesOnly),
        "ids" => Ok(ResolveOrder::IdsOnly),
        _ => Err(wrong("order", "it is none of names-first, ids-first, names, ids")),
    }
}
