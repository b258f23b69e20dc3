//! Packages of an image, and lists of them.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::Inspected;
use crate::inspect::packages::{BomOptions, Packages, write_cyclonedx, write_spdx};
use crate::inspect::survey::{PackageSurvey, Survey};
use crate::js::error::{BindingError, to_thrown};
use crate::js::jobs::{JobHandle, Progress, Scanning, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::opener::RangeData;
use crate::js::value::to_js;
use crate::layer::FileTree;

/// The packages of one image, on their way.
pub(super) struct PackageReading {
    inspected: Inspected,
    image: usize,
    scanning: Scanning,
    survey: Option<(FileTree, PackageSurvey)>,
    packages: Option<Rc<Packages>>,
}

impl PackageReading {
    pub(super) fn new(inspected: &Inspected, image: usize) -> Result<Self, JsValue> {
        let packages = inspected.packages(image);
        let layers = if packages.is_some() { Vec::new() } else { inspected.opened.layers(image)? };
        let scanning = Scanning::new(&inspected.opened, layers);
        Ok(Self { inspected: inspected.clone(), image, scanning, survey: None, packages })
    }

    /// What is wanted next; nothing when the packages are known.
    pub(super) fn next(&mut self, answer: &JsValue) -> Result<Option<Step>, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(Some(step));
        }
        if self.packages.is_some() {
            return Ok(None);
        }
        let opened = &self.inspected.opened;
        let archive = opened.archive()?;
        let (tree, mut survey) = match self.survey.take() {
            Some(survey) => survey,
            None => {
                let tree = archive.tree(self.image, usize::MAX).map_err(to_thrown)?;
                let survey = PackageSurvey::new(&tree, &archive, self.image, &opened.limits);
                (tree, survey)
            }
        };
        let want = survey.next(&archive);
        if let Some(want) = want {
            self.survey = Some((tree, survey));
            return Ok(Some(Step::Read(RangeData::from(want))));
        }
        let packages = Rc::new(survey.finish(&tree));
        self.inspected.keep(self.image, &packages);
        self.packages = Some(packages);
        Ok(None)
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if !self.scanning.push(bytes)
            && let Some((_, survey)) = &mut self.survey
        {
            survey.push(bytes);
        }
    }

    pub(super) fn end(&mut self) -> Result<(), JsValue> {
        if !self.scanning.end()?
            && let Some((_, survey)) = &mut self.survey
        {
            survey.end(None);
        }
        Ok(())
    }

    pub(super) fn is_enough(&self) -> bool {
        self.survey.as_ref().is_some_and(|(_, survey)| survey.is_enough())
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.survey.as_ref().map(|(_, survey)| survey.progress().into())
    }

    pub(super) fn finish(&self) -> Result<Rc<Packages>, JsValue> {
        self.packages.clone().ok_or_else(|| to_thrown(BindingError::Ended("work")))
    }
}

/// What becomes of the packages.
enum Form {
    Data,
    Spdx(BomOptions),
    CycloneDx(BomOptions),
}

struct PackagesJob {
    reading: PackageReading,
    form: Form,
}

/// `{ image }`: its report is `PackagesData`.
pub(super) fn job(inspected: &Inspected, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut image = None;
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    let reading = PackageReading::new(inspected, image)?;
    Ok(JobHandle::new(PackagesJob { reading, form: Form::Data }))
}

/// `{ image, format: "spdx" | "cyclonedx", created, name?, version? }`: its report is the document's text.
pub(super) fn sbom_job(inspected: &Inspected, options: &JsValue) -> Result<JobHandle, JsValue> {
    let (mut image, mut format, mut bom) = (None, None, BomOptions::default());
    let text = |what, value: &JsValue| value.as_string().ok_or_else(|| wrong(what, "it is no text"));
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            "format" => format = value.as_string(),
            "created" => bom.created = text("created", value)?,
            "name" => bom.name = text("name", value)?,
            "version" => bom.version = Some(text("version", value)?),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    let form = match format.as_deref() {
        Some("spdx") => Form::Spdx(bom),
        Some("cyclonedx") => Form::CycloneDx(bom),
        _ => return Err(wrong("format", "it is none of spdx, cyclonedx")),
    };
    let reading = PackageReading::new(inspected, image)?;
    Ok(JobHandle::new(PackagesJob { reading, form }))
}

impl Work for PackagesJob {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        Ok(self.reading.next(answer)?.unwrap_or(Step::Done))
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.reading.push(bytes);
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.reading.end()
    }

    fn is_enough(&self) -> bool {
        self.reading.is_enough()
    }

    fn progress(&self) -> Option<Progress> {
        self.reading.progress()
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let packages = self.reading.finish()?;
        let document = match &self.form {
            Form::Data => return to_js(&*packages),
            Form::Spdx(options) => write_spdx(&packages, options),
            Form::CycloneDx(options) => write_cyclonedx(&packages, options),
        };
        Ok(JsValue::from_str(&String::from_utf8_lossy(&document)))
    }
}
