//! A part of an image as one tar: its root file system, a folder of it, or what some of its layers make together.

use std::sync::Arc;

use wasm_bindgen::JsValue;

use super::Opened;
use super::job::{JobHandle, Step, Work};
use super::options::{compression, count, encoding, level};
use super::scan::Scanning;
use crate::codec::{CodecError, Compression, Decoder, Encoder};
use crate::js::error::to_thrown;
use crate::js::object::{each_property, wrong};
use crate::js::value::to_js;
use crate::layer::{FileTable, Squash, SquashError, SquashOptions, SquashReport};

/// A tar that is made of layers.
struct TarJob {
    opened: Opened,
    /// The stored layers, lowest first.
    layers: Vec<usize>,
    /// From which on they are made one.
    from: usize,
    options: SquashOptions,
    scanning: Scanning,
    squash: Option<Squash>,
    /// The layer that is fed.
    decoder: Option<(usize, Decoder)>,
    encoder: Option<Encoder>,
    report: Option<SquashReport>,
}

/// Why the tar cannot be made, wherever that is found.
enum Failure {
    Squash(SquashError),
    Codec(CodecError),
}

impl From<SquashError> for Failure {
    fn from(error: SquashError) -> Self {
        Self::Squash(error)
    }
}

impl From<CodecError> for Failure {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
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
    let encoder = match encoding(wanted, how_hard).filter(|wanted| wanted.compression != Compression::None) {
        Some(encoding) => Some(Encoder::new(&encoding).map_err(to_thrown)?),
        None => None,
    };
    Ok(JobHandle::new(TarJob {
        opened: opened.clone(),
        scanning: Scanning::new(opened, layers.clone()),
        layers,
        from,
        options: settings,
        squash: None,
        decoder: None,
        encoder,
        report: None,
    }))
}

impl TarJob {
    /// Gives what was written of the tar to the caller, compressed where that is wanted.
    fn give(&mut self, tar: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        match &mut self.encoder {
            Some(encoder) => encoder.push(tar, out).map_err(to_thrown),
            None => {
                out.extend_from_slice(tar);
                Ok(())
            }
        }
    }

    fn thrown(&self, failure: Failure) -> JsValue {
        match failure {
            Failure::Squash(error) => to_thrown(error),
            Failure::Codec(error) => {
                let thrown = to_thrown(error);
                if let Some((layer, _)) = &self.decoder
                    && let Ok(entry) = self.opened.entry(*layer)
                {
                    // The object is ours and takes it.
                    let _ = js_sys::Reflect::set(&thrown, &"path".into(), &entry.into());
                }
                thrown
            }
        }
    }

    fn begin(&mut self) -> Result<Squash, JsValue> {
        let archive = self.opened.archive()?;
        let tables: Vec<Arc<FileTable>> =
            self.layers.iter().filter_map(|layer| archive.table(*layer).cloned()).collect();
        Squash::new(&tables, self.from..tables.len(), &self.options, &self.opened.limits).map_err(to_thrown)
    }
}

impl Work for TarJob {
    fn next(&mut self, _answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(range) = self.scanning.next()? {
            return Ok(Step::Read(range));
        }
        if self.report.is_some() {
            return Ok(Step::Done);
        }
        let mut squash = match self.squash.take() {
            Some(squash) => squash,
            None => self.begin()?,
        };
        if let Some(place) = squash.next_layer().map_err(to_thrown)? {
            let layer = self.layers.get(place).copied().unwrap_or(usize::MAX);
            let compression = self.opened.compression(layer)?;
            self.decoder = Some((layer, Decoder::new(compression, &self.opened.limits)));
            self.squash = Some(squash);
            return Ok(Step::Read(self.opened.range(layer)?));
        }
        let mut tar = Vec::new();
        let report = squash.finish(&mut |piece| {
            tar.extend_from_slice(piece);
            Ok::<(), SquashError>(())
        });
        self.report = Some(report.map_err(to_thrown)?);
        self.give(&tar, out)?;
        if let Some(encoder) = self.encoder.take() {
            encoder.finish(out).map_err(to_thrown)?;
        }
        Ok(Step::Done)
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        if self.scanning.push(bytes) {
            return Ok(());
        }
        let (Some((_, decoder)), Some(squash)) = (&mut self.decoder, &mut self.squash) else { return Ok(()) };
        let mut tar = Vec::new();
        let pushed = decoder.push::<Failure>(bytes, &mut |piece| {
            squash.push::<Failure>(piece, &mut |piece| {
                tar.extend_from_slice(piece);
                Ok(())
            })
        });
        pushed.map_err(|failure| self.thrown(failure))?;
        self.give(&tar, out)
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        if self.scanning.end()? {
            return Ok(());
        }
        let ended = match &mut self.decoder {
            Some((_, decoder)) => decoder.finish(),
            None => Ok(()),
        };
        ended.map_err(|error| self.thrown(error.into()))?;
        self.decoder = None;
        Ok(())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.report)
    }
}
