//! The operations of a graph's names. The first two arguments are the form and the key of the file.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::values::{flag, image, optional, text, thrown, unknown};
use super::{JsGraph, Outcome};
use crate::graph::{TagForm, TagStore};
use crate::js::value::to_js;

pub(super) async fn run(graph: &JsGraph, operation: &str, values: &Array, is_current: bool) -> Outcome {
    let form = if is_current { TagForm::Current } else { TagForm::Legacy };
    let tags = match optional(values, 1) {
        Some(key) => TagStore::open_at(graph, &key, form).await,
        None => TagStore::open(graph).await,
    };
    let tags = tags.map_err(thrown)?;
    let argument = |at| text(values, at);
    match operation {
        "open" => Ok(tags.key().into()),
        "repositories" => to_js(&tags.repositories().await.map_err(thrown)?),
        "set" => {
            let [repository, tag, name] = [argument(2)?, argument(3)?, argument(4)?];
            Ok(tags.set(&repository, &tag, &name, flag(values, 5)).await.map_err(thrown)?.into())
        }
        "get" => to_js(&tags.get(&argument(2)?).await.map_err(thrown)?),
        "getImage" => {
            let found = tags.get_image(&argument(2)?, &argument(3)?).await.map_err(thrown)?;
            found.as_ref().map_or(Ok(JsValue::UNDEFINED), image)
        }
        "lookup" => image(&tags.lookup(&argument(2)?).await.map_err(thrown)?),
        "byId" => to_js(&tags.by_id().await.map_err(thrown)?),
        "imageName" => Ok(tags.image_name(&argument(2)?).await.map_err(thrown)?.into()),
        "delete" => {
            tags.delete(&argument(2)?, &argument(3)?).await.map_err(thrown)?;
            Ok(JsValue::UNDEFINED)
        }
        "deleteAll" => to_js(&tags.delete_all(&argument(2)?).await.map_err(thrown)?),
        _ => Err(unknown(operation)),
    }
}
