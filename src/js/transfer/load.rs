//! Loading images of an archive into a store that is JavaScript's: it is told each layer and each image, keeps the bytes of
//! layers, and answers which it has already.

use std::collections::BTreeMap;

use js_sys::{Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::layer::{CopiedData, at};
use super::options::{platform, platforms};
use super::skip;
use crate::archive::{LoadOptions, LoadPlan, LoadProblem, LoadUnit, PlannedImage};
use crate::digest::{Algorithms, Digest};
use crate::finding::ErrorData;
use crate::image::{ChainId, DiffId, ImageId, chain_ids};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::value::to_js;
use crate::layer::{CopiedLayer, ExpectedLayer, LayerCopy, LayerCopyError, LayerForm};
use crate::store::NamePolicy;

/// Images that are loaded one after the other, bottom layers first.
struct Load {
    opened: Opened,
    plan: LoadPlan,
    /// The diff ids of stored layers that were read.
    diff_ids: BTreeMap<usize, DiffId>,
    /// The ids of the images that were told, by their places in the plan; nothing for one that failed.
    ids: Vec<Option<ImageId>>,
    /// The diff ids of the layers so far of the image that is loaded.
    layers: Vec<DiffId>,
    stage: Stage,
}

enum Stage {
    /// The next layer is to be looked at.
    Layers,
    /// The caller was asked whether it has the layer.
    Asked,
    /// A layer is read.
    Reading(Option<Box<LayerCopy>>, String),
    /// The layer could not be read: the caller has to be told.
    Failed(JsValue),
    /// The layer was read: the caller has to be told.
    Read(Box<CopiedLayer>),
    /// The caller was told, and has to keep it.
    Kept(DiffId),
    /// The caller was told the image.
    Told(ImageId),
}

/// `LoadSettings` of the package.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let settings = read(options)?;
    let plan = LoadPlan::new(&*opened.archive()?, &settings);
    if settings.unit == LoadUnit::Archive
        && let Some((_, first)) = plan.problems.first()
    {
        return Err(to_thrown(first.clone()));
    }
    Ok(JobHandle::new(Load {
        opened: opened.clone(),
        plan,
        diff_ids: BTreeMap::new(),
        ids: Vec::new(),
        layers: Vec::new(),
        stage: Stage::Layers,
    }))
}

fn read(options: &JsValue) -> Result<LoadOptions, JsValue> {
    let mut settings = LoadOptions::default();
    each_property(options, "options", |name, value| {
        match name {
            "unit" => {
                settings.unit = match value.as_string().as_deref() {
                    Some("archive") => LoadUnit::Archive,
                    Some("image") => LoadUnit::Image,
                    _ => return Err(wrong("unit", "it is none of archive, image")),
                }
            }
            "images" => {
                let images = js_sys::Array::from(value);
                let images: Result<_, JsValue> = images.iter().map(|image| count("images", &image)).collect();
                settings.images = Some(images?);
            }
            "platforms" => settings.platforms = platforms(value)?,
            "preferred" => settings.preferred = Some(platform("preferred", value)?),
            "os" => settings.os = value.as_string(),
            "parents" => settings.parents = value.is_truthy(),
            "names" => {
                settings.names = match value.as_string().as_deref() {
                    Some("move") => Some(NamePolicy::Move),
                    Some("keep") => Some(NamePolicy::Keep),
                    Some("refuse") => Some(NamePolicy::Refuse),
                    Some("none") => None,
                    _ => return Err(wrong("names", "it is none of move, keep, refuse, none")),
                }
            }
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    Ok(settings)
}

impl Load {
    fn image(&self) -> Option<&PlannedImage> {
        self.plan.images.get(self.ids.len())
    }

    /// Asks for the next layer, or tells the image when all its layers are there.
    fn advance(&mut self) -> Result<Step, JsValue> {
        let Some(image) = self.image() else { return Ok(Step::Done) };
        let Some(layer) = image.layers.get(self.layers.len()) else { return self.tell_image() };
        let known = layer.blob.and_then(|blob| self.diff_ids.get(&blob));
        let diff_id = layer.diff_id.as_ref().or(known).cloned();
        let (parent, chain_id) = self.chains(diff_id.as_ref());
        let size = match layer.blob {
            Some(blob) => Some(self.opened.range(blob)?.length),
            None => None,
        };
        let (entry, image) = (layer.entry.clone(), image.image);
        let event = to_js(&Event::Layer { image, entry, diff_id, chain_id, parent, size })?;
        self.stage = Stage::Asked;
        Ok(Step::Tell(event))
    }

    /// The chain ids of the layers so far, and with one more.
    fn chains(&self, diff_id: Option<&DiffId>) -> (Option<ChainId>, Option<ChainId>) {
        let parent = chain_ids(&self.layers).pop();
        let with = diff_id.map(|diff_id| [&self.layers[..], std::slice::from_ref(diff_id)].concat());
        (parent, with.and_then(|layers| chain_ids(&layers).pop()))
    }

    /// The layer was read and is what it should be.
    fn tell_layer(&mut self, copied: &CopiedLayer) -> Result<Step, JsValue> {
        let layer = self.image().and_then(|image| image.layers.get(self.layers.len())).cloned();
        let layer = layer.unwrap_or_default();
        let diff_id = DiffId::new(copied.tar.digest.to_string());
        if let Some(blob) = layer.blob {
            self.diff_ids.insert(blob, diff_id.clone());
        }
        let (parent, chain_id) = self.chains(Some(&diff_id));
        let event = Event::Read { entry: layer.entry, chain_id, parent, copied: CopiedData::of(copied) };
        let event = to_js(&event)?;
        self.stage = Stage::Kept(diff_id);
        Ok(Step::Tell(event))
    }

    /// The layer is not there: it is read.
    fn begin(&mut self) -> Result<Step, JsValue> {
        let layer = self.image().and_then(|image| image.layers.get(self.layers.len())).cloned();
        let Some(layer) = layer else { return Ok(Step::Done) };
        let Some(blob) = layer.blob else {
            return self.failed(to_thrown(LoadProblem::LayerMissing { entry: layer.entry }));
        };
        let known = layer.diff_id.as_ref().or_else(|| self.diff_ids.get(&blob));
        let diff_id = known.and_then(|known| Digest::parse_with(known.as_str(), Algorithms::ALL).ok());
        let expected = ExpectedLayer { digest: layer.digest, diff_id, size: None };
        match LayerCopy::new(LayerForm::Stored, &expected, &self.opened.limits) {
            Ok(copy) => {
                self.stage = Stage::Reading(Some(Box::new(copy)), layer.entry);
                Ok(Step::Read(self.opened.range(blob)?))
            }
            Err(error) => self.failed(at(&layer.entry)(error)),
        }
    }

    /// The image that is loaded cannot be, and the next one begins.
    fn failed(&mut self, error: JsValue) -> Result<Step, JsValue> {
        let event = Object::new();
        Reflect::set(&event, &"type".into(), &"failed".into())?;
        Reflect::set(
            &event,
            &"image".into(),
            &self.image().map_or(JsValue::UNDEFINED, |image| image.image.into()),
        )?;
        Reflect::set(&event, &"error".into(), &error)?;
        self.next_image(None);
        Ok(Step::Tell(event.into()))
    }

    fn next_image(&mut self, id: Option<ImageId>) {
        self.ids.push(id);
        self.layers.clear();
        self.stage = Stage::Layers;
    }

    fn tell_image(&mut self) -> Result<Step, JsValue> {
        let Some(image) = self.image() else { return Ok(Step::Done) };
        let config = match image.config(&self.layers, &self.opened.limits) {
            Ok(config) => config,
            Err(error) => return self.failed(to_thrown(error)),
        };
        let id = ImageId::of(&config);
        // Two legacy images of one id are each other's parents otherwise.
        let parent = image.parent.and_then(|parent| self.ids.get(parent).copied().flatten());
        let event = to_js(&Event::Image {
            image: image.image,
            id: id.to_string(),
            parent: parent.filter(|parent| *parent != id).map(|parent| parent.to_string()),
            names: image.names.iter().map(ToString::to_string).collect(),
        })?;
        Reflect::set(&event, &"config".into(), &Uint8Array::from(config.as_slice()))?;
        self.stage = Stage::Told(id);
        Ok(Step::Tell(event))
    }
}

impl Work for Load {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        match std::mem::replace(&mut self.stage, Stage::Layers) {
            Stage::Layers | Stage::Reading(..) => {}
            Stage::Asked if answer.is_truthy() => {
                let layer = self.image().and_then(|image| image.layers.get(self.layers.len()));
                let known = layer.and_then(|layer| self.diff_ids.get(&layer.blob?));
                let diff_id = layer.and_then(|layer| layer.diff_id.as_ref().or(known)).cloned();
                self.layers.extend(diff_id);
            }
            Stage::Asked => return self.begin(),
            Stage::Failed(error) => return self.failed(error),
            Stage::Read(copied) => return self.tell_layer(&copied),
            Stage::Kept(diff_id) if answer.is_truthy() => self.layers.push(diff_id),
            // The caller could not keep it, and has noted why.
            Stage::Kept(_) => self.next_image(None),
            Stage::Told(id) => {
                let id = answer.is_truthy().then_some(id);
                self.next_image(id);
            }
        }
        self.advance()
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        let Stage::Reading(Some(copy), entry) = &mut self.stage else { return Ok(()) };
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok::<(), LayerCopyError>(())
        };
        if let Err(error) = copy.push(bytes, &mut sink) {
            let failed = at(entry)(error);
            self.stage = Stage::Failed(failed);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        let Stage::Reading(copy, entry) = &mut self.stage else { return Ok(()) };
        let Some(copy) = copy.take() else { return Ok(()) };
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok::<(), LayerCopyError>(())
        };
        self.stage = match copy.finish(&mut sink) {
            Ok(copied) => Stage::Read(Box::new(copied)),
            Err(error) => {
                let failed = at(entry)(error);
                Stage::Failed(failed)
            }
        };
        Ok(())
    }

    fn is_enough(&self) -> bool {
        matches!(self.stage, Stage::Failed(_))
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let failed = self
            .plan
            .problems
            .iter()
            .map(|(image, problem)| Failed { image: *image, error: ErrorData::of(problem) });
        to_js(&Report {
            failed: failed.collect(),
            skipped: self.plan.skipped.iter().map(|(image, skip)| skip::skipped(*image, skip)).collect(),
            notes: self.plan.notes.iter().map(skip::note).collect(),
        })
    }
}

/// What the caller is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Event {
    /// A layer is wanted: has the caller it already?
    Layer {
        image: usize,
        entry: String,
        diff_id: Option<DiffId>,
        chain_id: Option<ChainId>,
        parent: Option<ChainId>,
        #[serde(serialize_with = "crate::json::size::serialize_option")]
        size: Option<u64>,
    },
    /// The bytes so far were that layer.
    Read {
        entry: String,
        chain_id: Option<ChainId>,
        parent: Option<ChainId>,
        #[serde(flatten)]
        copied: CopiedData,
    },
    /// All layers of an image are there.
    Image { image: usize, id: String, parent: Option<String>, names: Vec<String> },
}

#[derive(Serialize)]
struct Failed {
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<usize>,
    error: ErrorData,
}

#[derive(Serialize)]
struct Report {
    failed: Vec<Failed>,
    skipped: Vec<skip::Skipped>,
    notes: Vec<skip::Note>,
}
