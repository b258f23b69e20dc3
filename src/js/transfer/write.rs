//! Writing images as a tar.

use wasm_bindgen::JsValue;

use super::options::{compression, encoding, level};
use crate::archive::{
    ArchiveFormat, Contents, LayerEncoding, Layout, LayoutReport, LayoutStream, ManifestForm, StreamError,
    WriteOptions,
};
use crate::codec::Compression;
use crate::js::error::{BindingError, to_thrown};
use crate::js::object::wrong;
use crate::js::value::to_js;
use crate::limits::Limits;

/// In which form images are written: `WriteSettings`.
#[derive(Default)]
pub(super) struct Settings {
    format: Option<ArchiveFormat>,
    compression: Option<Compression>,
    level: Option<i32>,
    manifests: ManifestForm,
}

impl Settings {
    /// Takes a property, if it is one of these.
    pub(super) fn set(&mut self, name: &str, value: &JsValue) -> Result<bool, JsValue> {
        match name {
            "format" => {
                self.format = value
                    .as_string()
                    .and_then(|name| ArchiveFormat::from_name(&name))
                    .filter(|format| *format != ArchiveFormat::Dir);
                if self.format.is_none() {
                    return Err(wrong("format", "it is none of docker, docker-oci, oci"));
                }
            }
            "compression" => self.compression = Some(compression(value)?),
            "level" => self.level = Some(level(value)?),
            "manifests" => {
                self.manifests = match value.as_string().as_deref() {
                    Some("keep") => ManifestForm::Keep,
                    Some("oci") => ManifestForm::Oci,
                    _ => return Err(wrong("manifests", "it is none of keep, oci")),
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn options(&self, limits: &Limits) -> Result<WriteOptions, JsValue> {
        let format = self.format.ok_or_else(|| wrong("options", "`format` is missing"))?;
        if self.level.is_some() && self.compression.is_none() {
            return Err(wrong("level", "there is no `compression` that it is of"));
        }
        let encoding = encoding(self.compression, self.level);
        let mut options = WriteOptions::new(format);
        options.encoding = encoding.map_or(LayerEncoding::Keep, LayerEncoding::Encode);
        options.manifests = self.manifests;
        options.limits = *limits;
        Ok(options)
    }
}

/// A tar that is written.
pub(super) struct TarOut(Option<LayoutStream>);

impl TarOut {
    pub(super) fn new(contents: Contents, settings: &Settings, limits: &Limits) -> Result<Self, JsValue> {
        let layout = Layout::new(contents, &settings.options(limits)?).map_err(to_thrown)?;
        Ok(Self(Some(LayoutStream::new(layout, limits))))
    }

    /// The layer that is to be fed next, by its source.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> Result<Option<usize>, JsValue> {
        self.with(|stream| stream.next(out))
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.with(|stream| stream.push(bytes, out))
    }

    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.with(|stream| stream.end(out))
    }

    pub(super) fn report(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.take().ok_or_else(ended)?.into_report())
    }

    pub(super) fn into_report(self) -> Result<LayoutReport, JsValue> {
        Ok(self.0.ok_or_else(ended)?.into_report())
    }

    fn with<T>(
        &mut self,
        part: impl FnOnce(&mut LayoutStream) -> Result<T, StreamError>,
    ) -> Result<T, JsValue> {
        part(self.0.as_mut().ok_or_else(ended)?).map_err(to_thrown)
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("work"))
}
