//! Looking into images: their files, packages and issues, what takes their space, and how two of them differ.

mod compare;
mod file;
mod issues;
mod packages;
mod tables;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::jobs::{JobArchive, JobHandle, Opened};
use super::object::wrong;
use crate::inspect::packages::Packages;

/// Packages that were read, by image, the latest last.
type Kept = Vec<(usize, Rc<Packages>)>;

/// Images whose packages are kept once they have been read.
const KEPT: usize = 4;

/// An archive that is looked into, and what was found so far.
#[derive(Clone)]
struct Inspected {
    opened: Opened,
    packages: Rc<RefCell<Kept>>,
}

impl Inspected {
    /// The packages of an image, if they have been read.
    fn packages(&self, image: usize) -> Option<Rc<Packages>> {
        let kept = self.packages.try_borrow().ok()?;
        kept.iter().find(|(known, _)| *known == image).map(|(_, packages)| Rc::clone(packages))
    }

    fn keep(&self, image: usize, packages: &Rc<Packages>) {
        if let Ok(mut kept) = self.packages.try_borrow_mut() {
            kept.retain(|(known, _)| *known != image);
            if kept.len() >= KEPT {
                kept.remove(0);
            }
            kept.push((image, Rc::clone(packages)));
        }
    }
}

/// Looks into an opened file.
#[wasm_bindgen]
pub struct Inspector(Inspected);

#[wasm_bindgen]
impl Inspector {
    /// Looks into that file.
    #[wasm_bindgen(constructor)]
    pub fn new(archive: &JobArchive) -> Self {
        Self(Inspected { opened: archive.0.clone(), packages: Rc::default() })
    }

    /// Begins a job of a kind.
    pub fn job(&self, kind: &str, options: &JsValue) -> Result<JobHandle, JsValue> {
        match kind {
            "file" => file::job(&self.0.opened, options),
            "issues" => issues::job(&self.0, options),
            "packages" => packages::job(&self.0, options),
            "sbom" => packages::sbom_job(&self.0, options),
            "usage" => tables::usage_job(&self.0, options),
            "verification" => tables::verification_job(&self.0),
            "versions" => file::versions_job(&self.0.opened, options),
            "waste" => tables::waste_job(&self.0, options),
            _ => Err(wrong("job", "there is none of that name")),
        }
    }

    /// Begins to compare an image of this file with one of another file, or of the same.
    pub fn compare(&self, other: &Inspector, options: &JsValue) -> Result<JobHandle, JsValue> {
        compare::job(&self.0, &other.0, options)
    }
}
