//! An archive in another layout.

use std::collections::BTreeSet;

use wasm_bindgen::JsValue;

use super::options::{images, platforms};
use super::write::{Settings, TarOut};
use crate::archive::{Contents, Selection};
use crate::codec::Compression;
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Step, Work};
use crate::js::object::{each_property, wrong};
use crate::js::opener::RangeData;

/// An archive that is written as a tar of another layout.
struct Convert {
    opened: Opened,
    settings: Settings,
    /// What is to be written, until it is known what all layers are compressed with.
    contents: Option<Contents>,
    /// Layers of which that is not known, the next one last.
    unknown: Vec<usize>,
    /// The first bytes of the layer that is looked at.
    prefix: Vec<u8>,
    out: Option<TarOut>,
}

/// `WriteSettings` with `{ images?: (number | string)[], platforms?: string[] }`, the latter as JSON.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut settings = Settings::default();
    let mut selection = Selection::default();
    each_property(options, "options", |name, value| {
        match name {
            "images" => selection.images = images(value)?,
            "platforms" => selection.platforms = platforms(value)?,
            _ if settings.set(name, value)? => {}
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    settings.options(&opened.limits)?;
    let contents = opened.archive()?.contents(&selection).map_err(to_thrown)?;
    let layers = contents.images.iter().flat_map(|image| &image.layers);
    let unknown: BTreeSet<usize> =
        layers.filter(|layer| layer.compression.is_none()).filter_map(|layer| layer.source).collect();
    Ok(JobHandle::new(Convert {
        opened: opened.clone(),
        settings,
        contents: Some(contents),
        unknown: unknown.into_iter().collect(),
        prefix: Vec::new(),
        out: None,
    }))
}

impl Work for Convert {
    fn next(&mut self, _answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(layer) = self.unknown.last() {
            let range = self.opened.range(*layer)?;
            let length = range.length.min(Compression::PREFIX_LEN as u64);
            return Ok(Step::Read(RangeData { length, ..range }));
        }
        if let Some(contents) = self.contents.take() {
            self.out = Some(TarOut::new(contents, &self.settings, &self.opened.limits)?);
        }
        match self.out.as_mut().map(|tar| tar.next(out)).transpose()?.flatten() {
            Some(layer) => Ok(Step::Read(self.opened.range(layer)?)),
            None => Ok(Step::Done),
        }
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        match &mut self.out {
            Some(tar) => tar.push(bytes, out),
            None => {
                self.prefix.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        if let Some(tar) = &mut self.out {
            return tar.end(out);
        }
        let compression = Compression::detect(&self.prefix).unwrap_or(Compression::None);
        self.prefix.clear();
        let known = self.unknown.pop();
        let images = self.contents.iter_mut().flat_map(|contents| &mut contents.images);
        for layer in images.flat_map(|image| &mut image.layers).filter(|layer| layer.source == known) {
            layer.compression.get_or_insert(compression);
        }
        Ok(())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        match &mut self.out {
            Some(tar) => tar.report(),
            None => Ok(JsValue::NULL),
        }
    }
}
