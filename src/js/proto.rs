//! The one member that cannot be assigned.

use std::collections::BTreeMap;

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Gives the object at `path` the member `__proto__` that the map has. The serialiser assigns members, and an assignment
/// to that name sets an object's prototype instead, or does nothing.
pub(super) fn restore_proto(
    value: &JsValue,
    path: &[&str],
    map: &BTreeMap<String, String>,
) -> Result<(), JsValue> {
    const NAME: &str = "__proto__";
    let Some(text) = map.get(NAME) else { return Ok(()) };
    let mut target = value.clone();
    for key in path {
        target = Reflect::get(&target, &(*key).into())?;
    }
    let Some(target) = target.dyn_ref::<Object>() else { return Ok(()) };
    let property = Object::new();
    for flag in ["configurable", "enumerable", "writable"] {
        Reflect::set(&property, &flag.into(), &true.into())?;
    }
    Reflect::set(&property, &"value".into(), &text.into())?;
    Object::define_property(target, &NAME.into(), &property);
    Ok(())
}
