//! Adding several images with their names at once.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::given::Given;
use super::thrown::Thrown;
use super::{Store, text};
use crate::js::object::wrong;
use crate::js::value::to_js;
use crate::store::{NamePolicy, NewImage, NewName};

/// `images` are `[config, parent, builtLocally]`, `names` are `[name, id, policy]`. What it gives: `{ images, names, kept }`.
pub(super) async fn add_all(store: &Store, images: &JsValue, names: &JsValue) -> Result<JsValue, Thrown> {
    let images: Vec<NewImage> =
        Array::from(images).iter().map(|image| new_image(&image)).collect::<Result<_, _>>()?;
    let names: Vec<NewName> =
        Array::from(names).iter().map(|name| new_name(&name)).collect::<Result<_, _>>()?;
    let added = store.add_all(&images, &names).await?;
    let images: Array = added
        .images
        .iter()
        .map(|(id, is_new)| JsValue::from(Array::of2(&text(id), &(*is_new).into())))
        .collect();
    let kept: Array =
        added.kept.iter().map(|(name, id)| JsValue::from(Array::of2(&text(name), &text(id)))).collect();
    let result = Object::new();
    for (name, value) in [("images", images.into()), ("names", to_js(&added.names)?), ("kept", kept.into())] {
        Reflect::set(&result, &name.into(), &value)?;
    }
    Ok(result.into())
}

fn new_image(given: &JsValue) -> Result<NewImage, Thrown> {
    let given = Given::new(Array::from(given));
    let mut image = NewImage::new(given.bytes(0)?).with_parent(given.id_if_any(1)?);
    image.built_locally = given.flag(2);
    Ok(image)
}

fn new_name(given: &JsValue) -> Result<NewName, Thrown> {
    let given = Given::new(Array::from(given));
    let policy = match given.text(2)?.as_str() {
        "move" => NamePolicy::Move,
        "keep" => NamePolicy::Keep,
        "refuse" => NamePolicy::Refuse,
        _ => return Err(wrong("names", "it is none of move, keep, refuse").into()),
    };
    Ok(NewName { reference: given.reference(0)?, id: given.id(1)?, policy })
}
