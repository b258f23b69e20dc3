//! The operations of named stores.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::values::{JsSource, bag, flag, layer, list, optional, text, texts, thrown, unknown};
use super::{GuardedSource, JsStores, LayerHandle, Outcome};
use crate::digest::Digest;
use crate::graph::{SCRATCH, WriteLayer, scratch_skeleton};
use crate::js::error::to_thrown;
use crate::js::value::to_js;

pub(super) async fn run(
    stores: &JsStores,
    operation: &str,
    values: &Array,
    source: Option<GuardedSource>,
) -> Outcome {
    // What the first two arguments are in nearly all of them.
    let (store, id) = (optional(values, 0).unwrap_or_default(), optional(values, 1).unwrap_or_default());
    match operation {
        "create" => layer(&stores.create(&store).await.map_err(thrown)?),
        "getStore" => {
            let (root, problems) = stores.get_store(&store).await.map_err(thrown)?;
            Ok(Array::of2(&layer(&root)?, &to_js(&problems)?).into())
        }
        "listStores" => to_js(&stores.list_stores().await.map_err(thrown)?),
        "deleteStore" => Ok(stores.delete_store(&store, flag(values, 1)).await.map_err(thrown)?.into()),
        "write" => {
            let mut given = WriteLayer::on(optional(values, 2).unwrap_or_else(|| SCRATCH.to_owned()));
            given.checksum =
                optional(values, 3).map(|text| Digest::parse(&text)).transpose().map_err(to_thrown)?;
            given.metadata = bag(values, 4)?;
            let written = stores.write(&store, &id, given, JsSource(source)).await.map_err(thrown)?;
            Ok(Array::of2(&layer(&written.layer)?, &written.existed.into()).into())
        }
        "get" => layer(&stores.get(&store, &id).await.map_err(thrown)?),
        "getMany" => {
            let found = stores.get_many(&store, &texts(values, 1)?).await.map_err(thrown)?;
            list(found, |(id, found)| {
                let (is_found, value) = match found {
                    Ok(found) => (true, layer(&found)?),
                    Err(error) => (false, thrown(error)),
                };
                Ok(Array::of3(&id.into(), &is_found.into(), &value).into())
            })
        }
        "list" => list(&stores.list(&store).await.map_err(thrown)?, layer),
        "delete" => to_js(&stores.delete(&store, &id).await.map_err(thrown)?),
        "deleteBranch" => {
            let keep = texts(values, 2)?.into_iter().collect();
            to_js(&stores.delete_branch(&store, &id, &keep).await.map_err(thrown)?)
        }
        "cleanUp" => to_js(&stores.clean_up(&store).await.map_err(thrown)?),
        "usage" => to_js(&stores.usage(&store).await.map_err(thrown)?),
        "layerUsage" => to_js(&stores.layer_usage(&store, &id).await.map_err(thrown)?),
        "lease" => {
            stores.lease(&store, &id, &text(values, 2)?).await.map_err(thrown)?;
            Ok(JsValue::UNDEFINED)
        }
        "returnLease" => {
            Ok(stores.return_lease(&store, &id, &text(values, 2)?).await.map_err(thrown)?.into())
        }
        "url" => Ok(stores.url(&store, &id).map_err(thrown)?.to_string().into()),
        "storeUrl" => Ok(stores.store_url(&store).map_err(thrown)?.to_string().into()),
        "owners" => {
            let url = store.parse().map_err(to_thrown::<crate::graph::UrlError>)?;
            to_js(&stores.owners(&url).await.map_err(thrown)?)
        }
        "locate" => {
            let url = store.parse().map_err(to_thrown::<crate::graph::UrlError>)?;
            to_js(&stores.locate(&url).await.map_err(thrown)?)
        }
        "open" => {
            let reading = stores.open_layer(&store, &id).await.map_err(thrown)?;
            Ok(LayerHandle::handle(reading, stores.contents()))
        }
        "skeleton" => to_js(scratch_skeleton()),
        _ => Err(unknown(operation)),
    }
}
