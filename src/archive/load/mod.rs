//! What of a file is loaded into a store, and in which order: decided before a layer is read.

mod image;
mod parents;
mod problem;

use std::collections::{BTreeMap, BTreeSet};

pub use problem::{LoadNote, LoadProblem, LoadSkip};

use super::data::Role;
use super::dialect::FileKind;
use super::image::ImageRecord;
use super::model::Archive;
use crate::digest::Digest;
use crate::finding::Severity;
use crate::image::{ConfigError, DiffId, ImageId, Platform, PlatformMatcher, v1};
use crate::limits::Limits;
use crate::reference::Reference;
use crate::store::NamePolicy;

/// What comes in as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LoadUnit {
    /// The file: all that is wanted of it, or nothing.
    #[default]
    Archive,
    /// Each image: those with which something is wrong stay out, and the others come in.
    Image,
}

/// What is loaded, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadOptions {
    /// What comes in as a whole.
    pub unit: LoadUnit,
    /// Which images, by their numbers in the file; all where this is nothing.
    pub images: Option<Vec<usize>>,
    /// Images for these platforms; for all where this is empty.
    pub platforms: Vec<Platform>,
    /// Which platform's image gets a name that images for several platforms have; the first one's where there is none.
    pub preferred: Option<Platform>,
    /// The operating system of the store's images. One for another is a problem, as with Docker; nothing takes all.
    pub os: Option<String>,
    /// What becomes of names that other images have; nothing gives no names at all.
    pub names: Option<NamePolicy>,
    /// Whether what the file says of parents is kept, where it can be true. Of a legacy image the images of its lower steps
    /// then come in as well, as with Docker.
    pub parents: bool,
    /// Do not wait until the contents of layers are on the disk, as Docker does not. A power failure soon after may then
    /// leave a layer with contents that are not whole, which exporting it tells; the end of the process never does.
    pub unsynced: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            unit: LoadUnit::default(),
            images: None,
            platforms: Vec::new(),
            preferred: None,
            os: Some("linux".to_owned()),
            names: Some(NamePolicy::Move),
            parents: true,
            unsynced: false,
        }
    }
}

/// What of a file is loaded.
///
/// ```
/// # #[cfg(all(feature = "fs", not(target_arch = "wasm32")))] {
/// use layerglass::archive::{LoadOptions, LoadPlan};
/// use layerglass::fs::{ImageFile, OpenOptions};
/// let file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
/// let plan = LoadPlan::new(file.archive(), &LoadOptions::default());
/// assert!(plan.problems.is_empty());
/// assert_eq!(plan.images[0].names[0].familiar(), "quirks:1");
/// assert!(plan.images[0].layers.iter().all(|layer| layer.diff_id.is_some()));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadPlan {
    /// The images to be loaded, each after its parent.
    pub images: Vec<PlannedImage>,
    /// Images that are left out, by their numbers in the file.
    pub skipped: Vec<(usize, LoadSkip)>,
    /// What is wrong, with the number of the image where it concerns one. With [`LoadUnit::Archive`] nothing can be
    /// loaded then.
    pub problems: Vec<(Option<usize>, LoadProblem)>,
    /// What became of names and parents.
    pub notes: Vec<LoadNote>,
}

/// An image to be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedImage {
    /// Its number in the file.
    pub image: usize,
    /// Its id; of a legacy image that is known when its layers have been read.
    pub id: Option<ImageId>,
    /// The names that it gets.
    pub names: Vec<Reference>,
    /// The place in [`LoadPlan::images`] of the image that it was made from.
    pub parent: Option<usize>,
    /// Its layers, bottom first.
    pub layers: Vec<PlannedLayer>,
    config: PlannedConfig,
}

/// A layer of an image to be loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedLayer {
    /// The entry of the file.
    pub entry: String,
    /// Its number among the file's stored layers; nothing where it is not in the file, and has to be in the store.
    pub blob: Option<usize>,
    /// The digest that its tar has to have; of legacy images that is found out.
    pub diff_id: Option<DiffId>,
    /// The digest that the stored bytes have to have.
    pub digest: Option<Digest>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PlannedConfig {
    Stored(Vec<u8>),
    /// The documents of its steps, bottom first.
    Legacy(Vec<Vec<u8>>),
}

impl PlannedImage {
    /// The exact bytes of its configuration. That of a legacy image is made of the diff ids of its layers, bottom first;
    /// others have one already.
    ///
    /// # Errors
    /// What is wrong with a legacy document.
    pub fn config(&self, diff_ids: &[DiffId], limits: &Limits) -> Result<Vec<u8>, ConfigError> {
        match &self.config {
            PlannedConfig::Stored(bytes) => Ok(bytes.clone()),
            PlannedConfig::Legacy(documents) => v1::convert(documents, diff_ids, limits),
        }
    }
}

/// Findings that [`image::plan`] looks for itself, image by image.
const LOOKED_FOR: [&str; 7] = [
    "layers-length-mismatch",
    "layer-missing",
    "layer-shared",
    "config-missing",
    "blob-size",
    "link-cycle",
    "path-escapes",
];

impl LoadPlan {
    /// Decides what of a file is loaded.
    pub fn new(archive: &Archive, options: &LoadOptions) -> Self {
        let mut plan = Self::default();
        let count = archive.images.len();
        for &image in options.images.iter().flatten().filter(|image| **image >= count) {
            plan.problems.push((None, LoadProblem::NoImage { image, count }));
        }
        plan.documents(archive);
        let mut steps = BTreeMap::new();
        for (number, record) in archive.images.iter().enumerate() {
            match skip(number, record, options) {
                Some(skip) => plan.skipped.push((number, skip)),
                None if record.legacy.is_some() => {
                    plan.legacy(archive, number, record, options, &mut steps);
                }
                None => match image::plan(archive, number, record, options) {
                    Ok(image) => plan.images.push(image),
                    Err(problems) => {
                        plan.problems.extend(problems.into_iter().map(|problem| (Some(number), problem)));
                    }
                },
            }
        }
        plan.one_layer_each(options);
        plan.parents(archive, options);
        plan.one_image_each(archive, options);
        plan
    }

    /// What is wrong with the file itself.
    fn documents(&mut self, archive: &Archive) {
        let found = archive.findings.as_slice().iter();
        let errors = found.filter(|finding| finding.severity == Severity::Error);
        let is_config = |entry: &str| archive.images.iter().any(|image| image.config_path(archive) == entry);
        for finding in errors.filter(|finding| !LOOKED_FOR.contains(&finding.code.as_ref())) {
            let entry = finding.file.clone().unwrap_or_default();
            if !is_config(&entry) {
                let (code, message) = (finding.code.clone().into_owned(), finding.message.clone());
                self.problems.push((None, LoadProblem::Document { entry, code, message }));
            }
        }
        let holds_images = matches!(
            archive.kind,
            FileKind::DockerArchive
                | FileKind::DockerArchiveV1
                | FileKind::DockerArchiveOci
                | FileKind::OciLayout
                | FileKind::SkopeoDir
        );
        if !holds_images && self.problems.is_empty() {
            self.problems.push((None, LoadProblem::NoImages { label: archive.kind.label() }));
        }
    }

    /// Plans a legacy image, and those of its lower steps.
    fn legacy(
        &mut self,
        archive: &Archive,
        number: usize,
        record: &ImageRecord,
        options: &LoadOptions,
        steps: &mut BTreeMap<Digest, usize>,
    ) {
        let planned = match image::legacy(archive, number, record, options) {
            Ok(planned) => planned,
            Err(problems) => {
                return self.problems.extend(problems.into_iter().map(|problem| (Some(number), problem)));
            }
        };
        let PlannedConfig::Legacy(documents) = &planned.config else { return };
        let (count, mut parent) = (documents.len(), None);
        let mut key = Digest::sha256(&[]);
        for (step, (document, layer)) in documents.iter().zip(&planned.layers).enumerate() {
            // A step is what it is with all below it.
            let blob = layer.blob.map(|blob| blob as u64).unwrap_or(u64::MAX).to_le_bytes();
            key = Digest::sha256(&[key.as_bytes(), Digest::sha256(document).as_bytes(), &blob].concat());
            let is_top = step + 1 == count;
            if !options.parents && !is_top {
                continue;
            }
            let place = *steps.entry(key).or_insert_with(|| {
                self.images.push(PlannedImage {
                    image: number,
                    id: None,
                    names: Vec::new(),
                    parent,
                    layers: planned.layers.get(..=step).unwrap_or_default().to_vec(),
                    config: PlannedConfig::Legacy(documents.get(..=step).unwrap_or_default().to_vec()),
                });
                self.images.len() - 1
            });
            if is_top && let Some(image) = self.images.get_mut(place) {
                image.image = number;
                image.names.extend(planned.names.iter().cloned());
            }
            parent = Some(place);
        }
    }

    /// One entry cannot be two layers. Where each image comes in by itself only the reading tells which is wrong.
    fn one_layer_each(&mut self, options: &LoadOptions) {
        if options.unit == LoadUnit::Image {
            return;
        }
        let mut diff_ids: BTreeMap<usize, &DiffId> = BTreeMap::new();
        let mut problems = Vec::new();
        for image in &self.images {
            for layer in &image.layers {
                let (Some(blob), Some(second)) = (layer.blob, &layer.diff_id) else { continue };
                let first = *diff_ids.entry(blob).or_insert(second);
                if first != second {
                    let (first, second) = (first.clone(), second.clone());
                    let problem = LoadProblem::TwoLayers { entry: layer.entry.clone(), first, second };
                    problems.push((Some(image.image), problem));
                }
            }
        }
        self.problems.extend(problems);
    }

    /// Gives each name to one image: to the one for the preferred platform where several platforms have it, and else to
    /// the last one, as Docker does.
    fn one_image_each(&mut self, archive: &Archive, options: &LoadOptions) {
        let mut claims: BTreeMap<Reference, Vec<usize>> = BTreeMap::new();
        for (place, image) in self.images.iter().enumerate() {
            for name in &image.names {
                claims.entry(name.clone()).or_default().push(place);
            }
        }
        let platform = |place: usize| {
            let record = archive.images.get(self.images.get(place)?.image)?;
            let of_config = record.config.as_ref().map(crate::image::ImageConfig::platform);
            of_config.filter(|platform| !platform.os.is_empty()).or_else(|| record.platform.clone())
        };
        let mut losses = Vec::new();
        for (reference, places) in claims.into_iter().filter(|(_, places)| places.len() > 1) {
            let platforms: Vec<Platform> =
                places.iter().map(|place| platform(*place).unwrap_or_default()).collect();
            let is_one = platforms.windows(2).all(|pair| pair.first() == pair.last());
            let mut best: Vec<(usize, Platform)> = places.iter().copied().zip(platforms).collect();
            if let Some(preferred) = &options.preferred {
                PlatformMatcher::only(preferred).sort_by_key(&mut best, |(_, platform)| platform.clone());
            }
            let winner = if is_one { places.last().copied() } else { best.first().map(|(place, _)| *place) };
            let Some(winner) = winner else { continue };
            losses.extend(
                places.into_iter().filter(|place| *place != winner).map(|l| (reference.clone(), l, winner)),
            );
        }
        for (reference, loser, winner) in losses {
            let number = |place: usize| self.images.get(place).map_or(0, |image| image.image);
            let (image, given_to) = (number(loser), number(winner));
            if let Some(loser) = self.images.get_mut(loser) {
                loser.names.retain(|name| *name != reference);
            }
            self.notes.push(LoadNote::NameOfAnother { reference, image, given_to });
        }
    }

    /// The stored layers that are needed, by their numbers in the file.
    pub fn blobs(&self) -> BTreeSet<usize> {
        self.images.iter().flat_map(|image| image.layers.iter().filter_map(|layer| layer.blob)).collect()
    }
}

/// Whether an image is left out.
fn skip(number: usize, record: &ImageRecord, options: &LoadOptions) -> Option<LoadSkip> {
    if options.images.as_ref().is_some_and(|asked| !asked.contains(&number)) {
        return Some(LoadSkip::NotAsked);
    }
    match record.role {
        Role::Image => {}
        Role::Attestation => return Some(LoadSkip::Attestation),
        Role::Artifact | Role::Rootfs => return Some(LoadSkip::Artifact),
    }
    if record.lacks.manifest {
        return Some(LoadSkip::Absent);
    }
    let of_config = record.config.as_ref().map(crate::image::ImageConfig::platform);
    let platform = of_config.filter(|found| !found.os.is_empty()).or_else(|| record.platform.clone())?;
    let wanted = |wanted: &Platform| PlatformMatcher::only_strict(wanted).matches(&platform);
    let is_wanted = options.platforms.is_empty() || options.platforms.iter().any(wanted);
    (!is_wanted).then_some(LoadSkip::Platform { platform })
}
