//! One layer, as it is stored or in another form.

use wasm_bindgen::JsValue;

use super::options::{compression, encoding, level};
use crate::digest::{Algorithms, Digest};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::opener::RangeData;
use crate::js::value::to_js;
use crate::layer::{CopiedLayer, ExpectedLayer, LayerCopy, LayerCopyError, LayerForm};

/// A layer that is copied out.
struct LayerOut {
    /// Until it is read.
    range: Option<RangeData>,
    entry: String,
    copy: Option<LayerCopy>,
    copied: Option<CopiedLayer>,
}

/// `{ layer, compression?, level? }`: without a compression the bytes stay as they are.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let (mut layer, mut wanted, mut how_hard) = (None, None, None);
    each_property(options, "options", |name, value| {
        match name {
            "layer" => layer = Some(count("layer", value)?),
            "compression" => wanted = Some(compression(value)?),
            "level" => how_hard = Some(level(value)?),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let layer = layer.ok_or_else(|| wrong("options", "`layer` is missing"))?;
    let range = opened.range(layer)?;
    let form = encoding(wanted, how_hard).map_or(LayerForm::Stored, LayerForm::Encoded);
    let copy = LayerCopy::new(form, &expected(opened, layer)?, &opened.limits).map_err(to_thrown)?;
    let entry = opened.entry(layer)?;
    Ok(JobHandle::new(LayerOut { range: Some(range), entry, copy: Some(copy), copied: None }))
}

/// What the archive declares of a layer.
fn expected(opened: &Opened, layer: usize) -> Result<ExpectedLayer, JsValue> {
    let data = opened.archive()?.data();
    let digest = |text: &String| Digest::parse_with(text, Algorithms::ALL).ok();
    let declared = data.layers.get(layer).and_then(|layer| layer.digest.as_ref());
    let uses = data.images.iter().flat_map(|image| &image.layers);
    let diff_id = uses.filter(|used| used.blob == Some(layer)).find_map(|used| used.diff_id.as_ref());
    Ok(ExpectedLayer {
        digest: declared.and_then(digest),
        diff_id: diff_id.map(ToString::to_string).as_ref().and_then(digest),
        size: None,
    })
}

/// An error with the name of the entry that it is about.
pub(super) fn at(entry: &str) -> impl Fn(LayerCopyError) -> JsValue {
    move |error| {
        let thrown = to_thrown(error);
        // The object is ours and takes it.
        let _ = js_sys::Reflect::set(&thrown, &"path".into(), &entry.into());
        thrown
    }
}

impl Work for LayerOut {
    fn next(&mut self, _answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        Ok(self.range.take().map_or(Step::Done, Step::Read))
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        let Some(copy) = &mut self.copy else { return Ok(()) };
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok::<(), LayerCopyError>(())
        };
        copy.push(bytes, &mut sink).map_err(at(&self.entry))
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        let Some(copy) = self.copy.take() else { return Ok(()) };
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok::<(), LayerCopyError>(())
        };
        self.copied = Some(copy.finish(&mut sink).map_err(at(&self.entry))?);
        Ok(())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.copied.as_ref().map(CopiedData::of))
    }
}

/// What was found of a layer on its way.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CopiedData {
    pub(super) diff_id: String,
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub(super) tar_size: u64,
    pub(super) digest: String,
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub(super) size: u64,
    pub(super) compression: &'static str,
}

impl CopiedData {
    pub(super) fn of(copied: &CopiedLayer) -> Self {
        Self {
            diff_id: copied.tar.digest.to_string(),
            tar_size: copied.tar.size,
            digest: copied.written.digest.to_string(),
            size: copied.written.size,
            compression: copied.compression.as_str(),
        }
    }
}
