//! What crosses: arguments by position, results as plain data.

use std::collections::BTreeMap;

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};

use super::GuardedSource;
use crate::error::ErrorKind;
use crate::graph::{GraphError, GraphImage, LayerSource, SourceError, StoredLayer, TagsError};
use crate::js::error::to_thrown;
use crate::js::object::{each_property, wrong};
use crate::js::value::to_js;

/// What is thrown for an error of a graph: `ErrorData` with the users, children or candidates that it is about.
pub(super) fn thrown(error: GraphError) -> JsValue {
    let list = match &error {
        GraphError::InUse { users, .. } => Some(("users", users.clone())),
        GraphError::HasChildren { children, .. } => Some(("children", children.clone())),
        GraphError::Ambiguous { candidates, .. }
        | GraphError::Tags(TagsError::Ambiguous { candidates, .. }) => {
            Some(("candidates", candidates.clone()))
        }
        _ => None,
    };
    let thrown = to_thrown(error);
    if let Some((name, list)) = list
        && let Ok(list) = to_js(&list)
    {
        // The object is ours and takes it.
        let _ = Reflect::set(&thrown, &name.into(), &list);
    }
    thrown
}

/// A text.
pub(super) fn text(values: &Array, at: u32) -> Result<String, JsValue> {
    values.get(at).as_string().ok_or_else(|| wrong("argument", "it is no text"))
}

/// A text that may be absent.
pub(super) fn optional(values: &Array, at: u32) -> Option<String> {
    values.get(at).as_string()
}

pub(super) fn flag(values: &Array, at: u32) -> bool {
    values.get(at).is_truthy()
}

/// Bytes that may be absent.
pub(super) fn bytes(values: &Array, at: u32) -> Option<Vec<u8>> {
    values.get(at).dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

/// A list of texts.
pub(super) fn texts(values: &Array, at: u32) -> Result<Vec<String>, JsValue> {
    let given = values.get(at);
    let list: &Array = given.dyn_ref().ok_or_else(|| wrong("argument", "it is no list"))?;
    list.iter()
        .map(|text| text.as_string().ok_or_else(|| wrong("argument", "it is no list of texts")))
        .collect()
}

/// Bytes by name.
pub(super) fn bag(values: &Array, at: u32) -> Result<BTreeMap<String, Vec<u8>>, JsValue> {
    let mut bag = BTreeMap::new();
    each_property(&values.get(at), "metadata", |name, value| {
        let value: &Uint8Array =
            value.dyn_ref().ok_or_else(|| wrong("metadata", "there is one that is no Uint8Array"))?;
        bag.insert(name.to_owned(), value.to_vec());
        Ok(())
    })?;
    Ok(bag)
}

/// There is no such operation: the package and the module are not of one version.
pub(super) fn unknown(operation: &str) -> JsValue {
    wrong("operation", &format!("there is none `{operation:.100}`"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageData<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    #[serde(serialize_with = "crate::json::size::serialize_option", skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    comment: &'a str,
    author: &'a str,
    container: &'a str,
    docker_version: &'a str,
    architecture: &'a str,
    os: &'a str,
}

/// `GraphImage` of the package.
pub(super) fn image(image: &GraphImage) -> Result<JsValue, JsValue> {
    let fields = &image.fields;
    let data = ImageData {
        id: &image.id,
        parent: image.parent.as_deref(),
        size: image.size,
        created: fields.created.as_ref().filter(|time| !time.is_zero()).map(crate::image::Timestamp::as_str),
        comment: &fields.comment,
        author: &fields.author,
        container: &fields.container,
        docker_version: &fields.docker_version,
        architecture: &fields.architecture,
        os: &fields.os,
    };
    let object = to_js(&data)?;
    // The object is ours and takes it.
    let _ = Reflect::set(&object, &"raw".into(), &Uint8Array::from(image.raw.as_slice()));
    Ok(object)
}

#[derive(Serialize)]
struct LayerData<'a> {
    store: &'a str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
    #[serde(serialize_with = "crate::json::size::serialize")]
    size: u64,
    depth: u32,
}

/// `StoredLayer` of the package.
pub(super) fn layer(layer: &StoredLayer) -> Result<JsValue, JsValue> {
    let data = LayerData {
        store: &layer.store,
        id: &layer.id,
        parent: layer.parent.as_deref(),
        checksum: layer.checksum.map(|checksum| checksum.to_string()),
        size: layer.size,
        depth: layer.depth,
    };
    let (object, metadata) = (to_js(&data)?, Object::new());
    for (name, value) in &layer.metadata {
        let _ = Reflect::set(&metadata, &name.into(), &Uint8Array::from(value.as_slice()));
    }
    let _ = Reflect::set(&object, &"metadata".into(), &metadata);
    Ok(object)
}

/// A list of what each of several things becomes.
pub(super) fn list<T>(
    values: impl IntoIterator<Item = T>,
    each: impl Fn(T) -> Result<JsValue, JsValue>,
) -> Result<JsValue, JsValue> {
    let array = Array::new();
    for value in values {
        array.push(&each(value)?);
    }
    Ok(array.into())
}

/// The bytes of a layer from the caller; none without a source.
pub(super) struct JsSource(pub(super) Option<GuardedSource>);

impl LayerSource for JsSource {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(source) = &self.0 else { return Ok(None) };
        let failed = |thrown: JsValue| {
            let reason = Reflect::get(&thrown, &"reason".into()).ok().and_then(|reason| reason.as_string());
            SourceError { reason: reason.unwrap_or_else(|| ErrorKind::Io.as_str().to_owned()) }
        };
        let given = source.next().await.map_err(failed)?;
        if given.is_undefined() {
            return Ok(None);
        }
        let bytes: &Uint8Array =
            given.dyn_ref().ok_or_else(|| SourceError { reason: "it gave no Uint8Array".to_owned() })?;
        Ok(Some(bytes.to_vec()))
    }
}
