//! What the files of layers tell without their contents: waste, use of space, and what was declared.

use std::sync::Arc;

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use super::Inspected;
use super::packages::PackageReading;
use crate::archive::Archive;
use crate::image::ImageConfig;
use crate::inspect::usage::{UsageKey, usage};
use crate::inspect::verification::verification;
use crate::inspect::waste::waste;
use crate::js::error::{BindingError, to_thrown};
use crate::js::jobs::{JobHandle, Opened, Progress, Scanning, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::value::to_js;
use crate::layer::FileTable;
use crate::limits::Limits;

/// Work that is a look at scanned layers.
struct Look<F> {
    opened: Opened,
    scanning: Scanning,
    look: F,
}

impl<F: Fn(&Archive, &Limits) -> Result<JsValue, JsValue>> Work for Look<F> {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        Ok(self.scanning.next(answer)?.unwrap_or(Step::Done))
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.scanning.push(bytes);
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.scanning.end().map(|_| ())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        (self.look)(&*self.opened.archive()?, &self.opened.limits)
    }
}

/// `{ image }`: its report is `WasteData`.
pub(super) fn waste_job(inspected: &Inspected, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut image = None;
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    let opened = inspected.opened.clone();
    let layers = opened.layers(image)?;
    let look = move |archive: &Archive, limits: &Limits| {
        let tables: Vec<Arc<FileTable>> =
            layers.iter().filter_map(|layer| archive.table(*layer).cloned()).collect();
        // A bare root file system has no config.
        let config = archive.raw_config(image).ok();
        let config = config.and_then(|config| ImageConfig::parse(config, limits).ok());
        to_js(&waste(&tables, config.as_ref(), limits).map_err(to_thrown)?)
    };
    let scanning = Scanning::new(&opened, opened.layers(image)?);
    Ok(JobHandle::new(Look { opened, scanning, look }))
}

/// `{}`: its report is `VerificationData`. Layers that nobody has scanned stay pending.
pub(super) fn verification_job(inspected: &Inspected) -> Result<JobHandle, JsValue> {
    let opened = inspected.opened.clone();
    let layers = (0..opened.archive()?.layer_count()).collect();
    let scanning = Scanning::only_known(&opened, layers);
    let look = |archive: &Archive, limits: &Limits| to_js(&verification(archive, limits));
    Ok(JobHandle::new(Look { opened, scanning, look }))
}

/// What space is divided by.
#[derive(Clone, Copy)]
enum Key {
    Folder,
    Layer,
    Extension,
    Package,
}

struct Usage {
    opened: Opened,
    image: usize,
    key: Key,
    nodes: Option<u32>,
    scanning: Scanning,
    /// Present when it is asked for packages.
    packages: Option<PackageReading>,
}

/// `{ image, by: "folder" | "layer" | "extension" | "package", nodes? }`: its report is a `UsageNode`.
pub(super) fn usage_job(inspected: &Inspected, options: &JsValue) -> Result<JobHandle, JsValue> {
    let (mut image, mut key, mut nodes) = (None, None, None);
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            "by" => {
                key = Some(match value.as_string().as_deref() {
                    Some("folder") => Key::Folder,
                    Some("layer") => Key::Layer,
                    Some("extension") => Key::Extension,
                    Some("package") => Key::Package,
                    _ => return Err(wrong("by", "it is none of folder, layer, extension, package")),
                });
            }
            "nodes" => nodes = Some(u32::try_from(count("nodes", value)?).unwrap_or(u32::MAX)),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    let key = key.ok_or_else(|| wrong("options", "`by` is missing"))?;
    let opened = inspected.opened.clone();
    let scanning = Scanning::new(&opened, opened.layers(image)?);
    let packages = matches!(key, Key::Package).then(|| PackageReading::new(inspected, image)).transpose()?;
    Ok(JobHandle::new(Usage { opened, image, key, nodes, scanning, packages }))
}

impl Work for Usage {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(step);
        }
        let reading = self.packages.as_mut().map(|packages| packages.next(&JsValue::UNDEFINED));
        Ok(reading.transpose()?.flatten().unwrap_or(Step::Done))
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        if !self.scanning.push(bytes)
            && let Some(packages) = &mut self.packages
        {
            packages.push(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        match &mut self.packages {
            _ if self.scanning.end()? => Ok(()),
            Some(packages) => packages.end(),
            None => Ok(()),
        }
    }

    fn is_enough(&self) -> bool {
        self.packages.as_ref().is_some_and(PackageReading::is_enough)
    }

    fn progress(&self) -> Option<Progress> {
        self.packages.as_ref()?.progress()
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let mut limits = self.opened.limits;
        if let Some(nodes) = self.nodes {
            limits.usage_nodes = limits.usage_nodes.min(nodes);
        }
        let tree = self.opened.archive()?.tree(self.image, usize::MAX).map_err(to_thrown)?;
        let packages = self.packages.as_ref().map(PackageReading::finish).transpose()?;
        let key = match (self.key, &packages) {
            (Key::Package, Some(packages)) => UsageKey::Package(packages),
            (Key::Layer, _) => UsageKey::Layer,
            (Key::Extension, _) => UsageKey::Extension,
            _ => UsageKey::Folder,
        };
        // A part without a name has `null` for one, as everything that is told has a name.
        let serializer = Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
        let told = usage(&tree, &key, &limits).serialize(&serializer);
        told.map_err(|error| to_thrown(BindingError::Unrepresentable(error.to_string())))
    }
}
