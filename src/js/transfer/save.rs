//! Images of a store as a tar. Their layers are the files of a source of their own.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::write::{Settings, TarOut};
use crate::archive::{Contents, ImageParts, LayerParts};
use crate::codec::Compression;
use crate::digest::{Algorithms, Digest};
use crate::image::{DiffId, ImageConfig, ImageId};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Step, Work, count};
use crate::js::object::{each_property, to_count, wrong};
use crate::js::opener::RangeData;
use crate::limits::Limits;
use crate::reference::Reference;

/// Images that are written.
struct Save {
    /// Bytes of each file of the source.
    sizes: Vec<u64>,
    out: TarOut,
}

/// Images as `{ config, names, parent?, layers }`, each layer with the `source` that is its file.
pub(super) fn job(images: &Array, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut settings = Settings::default();
    let mut limits = Limits::default();
    each_property(options, "options", |name, value| {
        match name {
            "limits" => limits = crate::js::object::limits(value)?,
            _ if settings.set(name, value)? => {}
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let mut sizes = Vec::new();
    let images: Result<Vec<ImageParts>, JsValue> =
        images.iter().map(|image| image_parts(&image, &mut sizes, &limits)).collect();
    let out = TarOut::new(Contents::from(images?), &settings, &limits)?;
    Ok(JobHandle::new(Save { sizes, out }))
}

fn image_parts(given: &JsValue, sizes: &mut Vec<u64>, limits: &Limits) -> Result<ImageParts, JsValue> {
    let mut image = ImageParts::default();
    each_property(given, "image", |name, value| {
        match name {
            "config" => image.config = bytes(value)?,
            "parent" => image.parent = Some(ImageId::parse(&text("parent", value)?).map_err(to_thrown)?),
            "names" => {
                for name in Array::from(value) {
                    let name = Reference::parse_normalized(&text("name", &name)?).map_err(to_thrown)?;
                    image.names.push(name);
                }
            }
            "layers" => {
                for layer in Array::from(value) {
                    image.layers.push(layer_parts(&layer, sizes)?);
                }
            }
            _ => return Err(wrong("image", &format!("it has no `{name}`"))),
        }
        Ok(())
    })?;
    let config = ImageConfig::parse(image.config.clone(), limits).map_err(to_thrown)?;
    image.platform = Some(config.platform());
    Ok(image)
}

fn layer_parts(given: &JsValue, sizes: &mut Vec<u64>) -> Result<LayerParts, JsValue> {
    let mut layer = LayerParts::default();
    each_property(given, "layer", |name, value| {
        match name {
            "source" => layer.source = Some(count("source", value)?),
            "entry" => layer.entry = text("entry", value)?,
            "diffId" => layer.diff_id = Some(DiffId::new(text("diffId", value)?)),
            "digest" => {
                let digest = Digest::parse_with(&text("digest", value)?, Algorithms::ALL);
                layer.digest = Some(digest.map_err(to_thrown)?);
            }
            "size" => layer.size = Some(size(value)?),
            "tarSize" => layer.tar_size = Some(size(value)?),
            "compression" => {
                const KNOWN: [Compression; 5] = [
                    Compression::None,
                    Compression::Gzip,
                    Compression::Zstd,
                    Compression::Bzip2,
                    Compression::Xz,
                ];
                let name = text("compression", value)?;
                layer.compression = KNOWN.into_iter().find(|known| known.as_str() == name);
            }
            _ => return Err(wrong("layer", &format!("it has no `{name}`"))),
        }
        Ok(())
    })?;
    if let (Some(source), Some(size)) = (layer.source, layer.size) {
        if source > sizes.len() {
            return Err(wrong("source", "files are numbered in the order of their first use"));
        }
        if source == sizes.len() {
            sizes.push(size);
        }
    }
    Ok(layer)
}

fn text(what: &'static str, value: &JsValue) -> Result<String, JsValue> {
    value.as_string().ok_or_else(|| wrong(what, "it is no text"))
}

fn bytes(value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let bytes: Option<&Uint8Array> = value.dyn_ref();
    bytes.map(Uint8Array::to_vec).ok_or_else(|| wrong("config", "it is no Uint8Array"))
}

fn size(value: &JsValue) -> Result<u64, JsValue> {
    to_count(value).ok_or_else(|| wrong("size", "it is no count of bytes"))
}

impl Work for Save {
    fn next(&mut self, _answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        let Some(layer) = self.out.next(out)? else { return Ok(Step::Done) };
        let length = self.sizes.get(layer).copied().unwrap_or_default();
        Ok(Step::Read(RangeData { file: u32::try_from(layer).unwrap_or(u32::MAX), offset: 0, length }))
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.out.push(bytes, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.out.end(out)
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        self.out.report()
    }
}
