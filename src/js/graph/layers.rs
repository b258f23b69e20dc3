//! The operations of a graph.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::values::{JsSource, bytes, flag, image, list, optional, text, thrown, unknown};
use super::{GuardedSource, JsGraph, LayerHandle, Outcome, tags};
use crate::graph::{GraphConfig, ImageJson, LayerContents, NewImage, NewImageContainer, container_skeleton};
use crate::image::RunConfig;
use crate::js::error::to_thrown;
use crate::js::value::to_js;
use crate::json;
use crate::limits::Limits;

/// What containers run with, from JSON in Docker's names.
fn config(text: Option<String>) -> Result<Option<GraphConfig>, JsValue> {
    let Some(text) = text else { return Ok(None) };
    let mut run = RunConfig::default();
    json::decode(text.as_bytes(), &mut run, &Limits::default()).map_err(to_thrown)?.map_err(to_thrown)?;
    Ok(Some(run.into()))
}

fn new_image(values: &Array) -> Result<NewImage, JsValue> {
    let container = match optional(values, 2) {
        None => None,
        Some(id) => Some(NewImageContainer {
            id,
            image: optional(values, 3).unwrap_or_default(),
            config: config(optional(values, 4))?.unwrap_or_default(),
        }),
    };
    let [comment, author] = [0, 1].map(|at| optional(values, at).unwrap_or_default());
    Ok(NewImage { container, comment, author, config: config(optional(values, 5))? })
}

pub(super) async fn run(
    graph: &JsGraph,
    operation: &str,
    values: &Array,
    source: Option<GuardedSource>,
) -> Outcome {
    match operation {
        "register" => {
            let (id, raw) = (text(values, 0)?, bytes(values, 1).unwrap_or_default());
            image(&graph.register(&id, ImageJson::Raw(raw), Some(JsSource(source))).await.map_err(thrown)?)
        }
        "create" => image(&graph.create(new_image(values)?, Some(JsSource(source))).await.map_err(thrown)?),
        "get" => image(&graph.get(&text(values, 0)?).await.map_err(thrown)?),
        "exists" => Ok(graph.exists(&text(values, 0)?).await.map_err(thrown)?.into()),
        "delete" => to_js(&graph.delete(&text(values, 0)?).await.map_err(thrown)?),
        "list" => {
            let listing = graph.list().await.map_err(thrown)?;
            let images = list(&listing.images, image)?;
            Ok(Array::of2(&images, &to_js(&listing.problems)?).into())
        }
        "byParent" => to_js(&graph.by_parent().await.map_err(thrown)?.into_iter().collect::<Vec<_>>()),
        "heads" => to_js(&graph.heads().await.map_err(thrown)?),
        "history" => list(&graph.history(&text(values, 0)?).await.map_err(thrown)?, image),
        "virtualSize" => {
            let size = graph.virtual_size(&text(values, 0)?).await.map_err(thrown)?;
            to_js(&Sized { size })
        }
        "open" => {
            let found = graph.get(&text(values, 0)?).await.map_err(thrown)?;
            let contents = graph.contents();
            let reading = contents.open(&found.id, found.parent.as_deref()).await.map_err(to_thrown)?;
            Ok(LayerHandle::handle(reading, contents))
        }
        "sweep" => to_js(&graph.sweep().await.map_err(thrown)?),
        "skeleton" => to_js(container_skeleton()),
        _ => match operation.strip_prefix("tags.") {
            Some(operation) => tags::run(graph, operation, values, flag(values, 0)).await,
            None => Err(unknown(operation)),
        },
    }
}

#[derive(serde::Serialize)]
struct Sized {
    #[serde(serialize_with = "json::size::serialize_option", skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
}
