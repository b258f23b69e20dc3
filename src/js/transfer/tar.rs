//! A part of an image as one tar: its root file system, a folder of it, or what some of its layers make together.

use std::sync::Arc;

use wasm_bindgen::JsValue;

use super::options::{compression, encoding, level};
use super::squashed::Squashed;
use crate::codec::Encoding;
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Scanning, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::value::to_js;
use crate::layer::{FileTable, Squash, SquashOptions};

/// A tar that is made of layers.
struct TarJob {
    opened: Opened,
    /// The stored layers, lowest first.
    layers: Vec<usize>,
    /// From which on they are made one.
    from: usize,
    options: SquashOptions,
    encoding: Option<Encoding>,
    scanning: Scanning,
    squashed: Option<Squashed>,
}

/// `{ image, from?, to?, path?, strip?, compression?, level? }`: layers by their positions in the image, `to` is the last one.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let (mut image, mut from, mut to) = (None, 0, usize::MAX);
    let (mut wanted, mut how_hard) = (None, None);
    let mut settings = SquashOptions::default();
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            "from" => from = count("from", value)?,
            "to" => to = count("to", value)?,
            "path" => {
                let path = value.as_string().ok_or_else(|| wrong("path", "it is no text"))?;
                settings.folder = Some(path.into_bytes());
            }
            "strip" => settings.strip_folder = value.is_truthy(),
            "compression" => wanted = Some(compression(value)?),
            "level" => how_hard = Some(level(value)?),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    let mut layers = opened.layers(image)?;
    layers.truncate(to.saturating_add(1));
    Ok(JobHandle::new(TarJob {
        opened: opened.clone(),
        scanning: Scanning::new(opened, layers.clone()),
        layers,
        from,
        options: settings,
        encoding: encoding(wanted, how_hard),
        squashed: None,
    }))
}

impl TarJob {
    fn begin(&self) -> Result<Squashed, JsValue> {
        let archive = self.opened.archive()?;
        let tables: Vec<Arc<FileTable>> =
            self.layers.iter().filter_map(|layer| archive.table(*layer).cloned()).collect();
        let squash = Squash::new(&tables, self.from..tables.len(), &self.options, &self.opened.limits);
        Squashed::new(&self.opened, &self.layers, squash.map_err(to_thrown)?, self.encoding)
    }
}

impl Work for TarJob {
    fn next(&mut self, answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(step);
        }
        let mut squashed = match self.squashed.take() {
            Some(squashed) => squashed,
            None => self.begin()?,
        };
        let wanted = squashed.next(out)?;
        self.squashed = Some(squashed);
        Ok(wanted.map_or(Step::Done, Step::Read))
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        match &mut self.squashed {
            _ if self.scanning.push(bytes) => Ok(()),
            Some(squashed) => squashed.push(bytes, out),
            None => Ok(()),
        }
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        match &mut self.squashed {
            _ if self.scanning.end()? => Ok(()),
            Some(squashed) => squashed.end(),
            None => Ok(()),
        }
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let made = self.squashed.take().and_then(Squashed::made);
        to_js(&made.map(|made| made.report))
    }
}
