//! Two images beside each other, of one file or of two.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::Inspected;
use super::packages::PackageReading;
use crate::archive::ArchiveError;
use crate::inspect::compare::{Side, compare};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Progress, Scanning, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::tree::TreeHandle;
use crate::js::value::to_js;
use crate::layer::TreeView;

/// What has to be known of one image.
struct Half {
    inspected: Inspected,
    image: usize,
    scanning: Scanning,
    /// Present when packages are compared.
    packages: Option<PackageReading>,
    is_done: bool,
}

impl Half {
    fn new(inspected: &Inspected, image: usize, packages: bool) -> Result<Self, JsValue> {
        let scanning = Scanning::new(&inspected.opened, inspected.opened.layers(image)?);
        let packages = packages.then(|| PackageReading::new(inspected, image)).transpose()?;
        Ok(Self { inspected: inspected.clone(), image, scanning, packages, is_done: false })
    }

    fn next(&mut self, answer: &JsValue) -> Result<Option<Step>, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(Some(step));
        }
        let reading = self.packages.as_mut().map(|packages| packages.next(&JsValue::UNDEFINED));
        let step = reading.transpose()?.flatten();
        self.is_done = step.is_none();
        Ok(step)
    }
}

struct Compare {
    before: Half,
    after: Half,
}

/// `{ before, after, packages? }`, positions of images in their files: its report is `{ data, tree }`, where the latter is a
/// `TreeHandle`.
pub(super) fn job(first: &Inspected, second: &Inspected, options: &JsValue) -> Result<JobHandle, JsValue> {
    let (mut before, mut after, mut packages) = (None, None, false);
    each_property(options, "options", |name, value| {
        match name {
            "before" => before = Some(count("before", value)?),
            "after" => after = Some(count("after", value)?),
            "packages" => packages = value.is_truthy(),
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let before = before.ok_or_else(|| wrong("options", "`before` is missing"))?;
    let after = after.ok_or_else(|| wrong("options", "`after` is missing"))?;
    let before = Half::new(first, before, packages)?;
    let after = Half::new(second, after, packages)?;
    Ok(JobHandle::new(Compare { before, after }))
}

impl Compare {
    /// The side that is worked on.
    fn current(&mut self) -> &mut Half {
        if self.before.is_done { &mut self.after } else { &mut self.before }
    }
}

impl Work for Compare {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if !self.before.is_done
            && let Some(step) = self.before.next(answer)?
        {
            return Ok(step);
        }
        // An answer to the first side means nothing to the second, which has asked nothing yet.
        match self.after.next(answer)? {
            Some(Step::Read(range)) => Ok(Step::ReadOther(range)),
            Some(Step::Scan(layer)) => Ok(Step::ScanOther(layer)),
            Some(step) => Ok(step),
            None => Ok(Step::Done),
        }
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        let half = self.current();
        if !half.scanning.push(bytes)
            && let Some(packages) = &mut half.packages
        {
            packages.push(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        let half = self.current();
        match &mut half.packages {
            _ if half.scanning.end()? => Ok(()),
            Some(packages) => packages.end(),
            None => Ok(()),
        }
    }

    fn is_enough(&self) -> bool {
        let half = if self.before.is_done { &self.after } else { &self.before };
        half.packages.as_ref().is_some_and(PackageReading::is_enough)
    }

    fn progress(&self) -> Option<Progress> {
        let halves = [&self.before, &self.after];
        let both = halves.map(|half| half.packages.as_ref().and_then(PackageReading::progress));
        both.into_iter().flatten().reduce(|sum, half| Progress {
            bytes: sum.bytes.saturating_add(half.bytes),
            total: sum.total.saturating_add(half.total),
        })
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let [before, after] = [&self.before, &self.after].map(|half| {
            let archive = half.inspected.opened.archive()?;
            let tree = archive.tree(half.image, usize::MAX).map_err(to_thrown)?;
            let data = archive.data();
            let (index, count) = (half.image, data.images.len());
            let image = data.images.into_iter().nth(index);
            let image = image.ok_or_else(|| to_thrown(ArchiveError::NoImage { index, count }))?;
            let packages = half.packages.as_ref().map(PackageReading::finish).transpose()?;
            Ok::<_, JsValue>((image, tree, packages))
        });
        let (before, after) = (before?, after?);
        let [old, new] = [&before, &after].map(|(image, tree, packages)| Side {
            image,
            tree,
            packages: packages.as_deref(),
        });
        let limits = &self.before.inspected.opened.limits;
        let comparison = compare(&old, &new, limits).map_err(to_thrown)?;
        let report = Object::new();
        Reflect::set(&report, &"data".into(), &to_js(&comparison.data)?)?;
        // What differs, which alone shows what was removed.
        let tree = TreeHandle::new(TreeView::new(comparison.tree, true));
        Reflect::set(&report, &"tree".into(), &tree.into())?;
        Ok(report.into())
    }
}
